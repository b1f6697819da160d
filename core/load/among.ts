import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import { describeCycles } from './cycle-findings.ts'
import { createCycleFinder } from './cycles.ts'
import { createDuplicateFinder } from './duplicates.ts'
import { findExpansions, importsOf } from './expansion.ts'
import { findNamesTwice } from './names-twice.ts'
import { findOneSided } from './one-sided.ts'
import { findOrphans, isForItself, tellOrphan } from './orphans.ts'
import { type FoundBefore, whileSame } from './while-same.ts'

/** What only shows when all modules are looked at together. Each part is worked out when somebody asks for it. */
export interface Whole {
  /** Modules that need each other, each cycle as a path of ids that leads back to its first. */
  readonly cycles: readonly (readonly string[])[]
  /** Ids of modules to which nothing leads. */
  readonly orphans: ReadonlySet<string>
  readonly findings: readonly Diagnostic[]
  /** What was found so far; undefined before anybody asked for the findings. */
  found(): WholeFound | undefined
}

/** What is found of the whole as it outlives a process. Plain data. */
export interface WholeFound {
  readonly cycles: readonly (readonly string[])[]
  readonly orphans: readonly string[]
  readonly ways: readonly Diagnostic[]
  readonly oneSided: readonly Diagnostic[]
  readonly duplicates: readonly Diagnostic[]
}

/**
 * Looks at all modules together. Linear in modules and references; what an edit cannot have changed is not looked at again, nor
 * what was found before, by another process.
 */
export function createWholeFinder(before?: FoundBefore<Card, WholeFound>): (cards: readonly Card[]) => Whole {
  const earlier = <T>(pick: (found: WholeFound) => T): FoundBefore<Card, T> | undefined =>
    before && { cards: before.cards, found: pick(before.found) }
  const cyclesOf = whileSame(
    ['id', 'needs', 'imports'],
    createCycleFinder(),
    earlier(({ cycles }) => cycles),
  )
  const orphansOf = whileSame(
    ['id', 'inHome', 'kind', 'entry', 'refersTo'],
    (cards) => tellOrphans(findOrphans(cards).map(({ id }) => id)),
    earlier(({ orphans }) => tellOrphans(orphans)),
  )
  const linkFindingsOf = whileSame(
    ['id', 'inHome', 'entry', 'needs', 'provides', 'imports', 'lost'],
    (cards) => {
      const imports = importsOf(cards)
      return {
        ways: [...describeCycles(cyclesOf(cards), cards, imports), ...findExpansions(cards, imports)],
        oneSided: findOneSided(cards),
      }
    },
    earlier(({ ways, oneSided }) => ({ ways: [...ways], oneSided: [...oneSided] })),
  )
  const duplicatesOf = createDuplicateFinder(earlier(({ duplicates }) => duplicates))
  let asked: readonly Card[] | undefined
  return (cards) => ({
    get cycles() {
      return cyclesOf(cards)
    },
    get orphans() {
      return orphansOf(cards).ids
    },
    found() {
      if (asked !== cards) return undefined
      const orphans = [...orphansOf(cards).ids]
      return { cycles: cyclesOf(cards), orphans, ...linkFindingsOf(cards), duplicates: duplicatesOf(cards) }
    },
    get findings() {
      asked = cards
      const { ways, oneSided } = linkFindingsOf(cards)
      const copies = [...duplicatesOf(cards), ...findNamesTwice(cards)]
      const orphans = isForItself(cards) ? orphansOf(cards).findings : []
      return [...ways, ...copies, ...oneSided, ...orphans]
    },
  })
}

function tellOrphans(ids: readonly string[]): {
  readonly ids: ReadonlySet<string>
  readonly findings: readonly Diagnostic[]
} {
  return { ids: new Set(ids), findings: ids.map(tellOrphan) }
}

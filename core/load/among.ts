import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import { describeCycles } from './cycle-findings.ts'
import { createCycleFinder } from './cycles.ts'
import { createDuplicateFinder } from './duplicates.ts'
import { findExpansions, importsOf } from './expansion.ts'
import { findNamesTwice } from './names-twice.ts'
import { findOneSided } from './one-sided.ts'
import { findOrphans, isForItself, tellOrphan } from './orphans.ts'
import { whileSame } from './while-same.ts'

/** What only shows when all modules are looked at together. Each part is worked out when somebody asks for it. */
export interface Whole {
  /** Modules that need each other, each cycle as a path of ids that leads back to its first. */
  readonly cycles: readonly (readonly string[])[]
  /** Ids of modules to which nothing leads. */
  readonly orphans: ReadonlySet<string>
  readonly findings: readonly Diagnostic[]
}

/** Looks at all modules together. Linear in modules and references; what an edit cannot have changed is not looked at again. */
export function createWholeFinder(): (cards: readonly Card[]) => Whole {
  const cyclesOf = whileSame(['id', 'needs', 'imports'], createCycleFinder())
  const orphansOf = whileSame(['id', 'inHome', 'kind', 'entry', 'refersTo'], (cards) => {
    const ids = findOrphans(cards).map(({ id }) => id)
    return { ids: new Set(ids), findings: ids.map(tellOrphan) }
  })
  const linkFindingsOf = whileSame(
    ['id', 'inHome', 'entry', 'needs', 'provides', 'imports', 'lost'],
    (cards) => {
      const imports = importsOf(cards)
      return {
        ways: [...describeCycles(cyclesOf(cards), cards, imports), ...findExpansions(cards, imports)],
        oneSided: findOneSided(cards),
      }
    },
  )
  const duplicatesOf = createDuplicateFinder()
  return (cards) => ({
    get cycles() {
      return cyclesOf(cards)
    },
    get orphans() {
      return orphansOf(cards).ids
    },
    get findings() {
      const { ways, oneSided } = linkFindingsOf(cards)
      const copies = [...duplicatesOf(cards), ...findNamesTwice(cards)]
      const orphans = isForItself(cards) ? orphansOf(cards).findings : []
      return [...ways, ...copies, ...oneSided, ...orphans]
    },
  })
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import { describeCycles } from './cycle-findings.ts'
import { findDuplicates } from './duplicates.ts'
import { findExpansions, importsOf } from './expansion.ts'
import { findNamesTwice } from './names-twice.ts'
import { findOneSided } from './one-sided.ts'
import { tellOrphans } from './orphans.ts'

/** All modules, and which of them need each other. */
export interface Whole {
  readonly cards: readonly Card[]
  readonly cycles: readonly (readonly string[])[]
}

/** What only shows when all modules are looked at together. Pure, and linear in modules and references. */
export function findAmong({ cards, cycles }: Whole): Diagnostic[] {
  const imports = importsOf(cards)
  return [
    ...describeCycles(cycles, cards, imports),
    ...findExpansions(cards, imports),
    ...findDuplicates(cards),
    ...findNamesTwice(cards),
    ...findOneSided(cards),
    ...tellOrphans(cards),
  ]
}

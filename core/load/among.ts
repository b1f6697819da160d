import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import { findModuleCycles } from './cycles.ts'
import { findDuplicates } from './duplicates.ts'
import { findNamesTwice } from './names-twice.ts'
import { numberCards } from './numbered.ts'
import { findOneSided } from './one-sided.ts'
import { findOrphans, orphanFound } from './orphans.ts'

/** What only shows when all modules are looked at together. Pure, and linear in modules and references. */
export function findAmong(cards: readonly Card[]): Diagnostic[] {
  const numbered = numberCards(cards)
  return [
    ...findModuleCycles(numbered),
    ...findDuplicates(cards),
    ...findNamesTwice(cards),
    ...findOneSided(numbered),
    ...findOrphans(cards, numbered.numbers).map(orphanFound),
  ]
}

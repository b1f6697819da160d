import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import { findModuleCycles } from './cycles.ts'
import { findDuplicates } from './duplicates.ts'
import { findNamesTwice } from './names-twice.ts'
import { findOneSided } from './one-sided.ts'
import { findOrphans, orphanFound } from './orphans.ts'

/** What only shows when all modules are looked at together. Pure, and linear in modules and references. */
export function findAmong(cards: readonly Card[]): Diagnostic[] {
  return [
    ...findModuleCycles(cards),
    ...findDuplicates(cards),
    ...findNamesTwice(cards),
    ...findOneSided(cards),
    ...findOrphans(cards).map(orphanFound),
  ]
}

import { compareDiagnostics, type Diagnostic } from '../base/diagnostic.ts'
import type { Whole } from './among.ts'
import type { Card, ReferenceTotals } from './card.ts'
import { suppress } from './suppressions.ts'

/** What `check` found. */
export interface CheckReport {
  readonly root: string
  /** Markdown files that were read. */
  readonly modules: number
  readonly references: ReferenceTotals
  readonly diagnostics: readonly Diagnostic[]
  /** Findings that their authors silenced, with a reason. */
  readonly suppressed: number
}

/** Cards of modules that were loaded, by id, what shows when they are looked at together, and why others could not be loaded. */
export interface Catalogued {
  readonly cards: readonly Card[]
  readonly failures: readonly Diagnostic[]
  readonly whole: Whole
}

/** What to grade besides, and of which files to tell. */
export interface Grading {
  /** Findings that were made elsewhere. */
  readonly also?: readonly Diagnostic[]
  /** Everything is looked at; what stands in the files asked for is counted and given. All of them when left out. */
  isAsked?(id: string): boolean
}

/** Grades what was loaded: totals over classes module and file without mentions, and every finding in order of place. */
export function checkCards(root: string, catalogued: Catalogued, grading: Grading = {}): CheckReport {
  const { cards, failures, whole } = catalogued
  const { also = [], isAsked = () => true } = grading
  const all: Diagnostic[] = [...failures, ...also, ...whole.findings]
  for (const card of cards) {
    for (const finding of card.findings) all.push(finding)
    for (const finding of card.partFindings) all.push(finding)
  }
  const { findings, suppressed } = suppress(all, cards)
  const isGiven = ({ at }: Diagnostic): boolean => at === undefined || isAsked(at.path)
  const counted = grading.isAsked ? cards.filter(({ id }) => isAsked(id)) : cards
  return {
    root,
    modules: counted.length + failures.filter(isGiven).length,
    references: sumTotals(counted),
    diagnostics: findings.filter(isGiven).toSorted(compareDiagnostics),
    suppressed: suppressed.filter(isGiven).length,
  }
}

function sumTotals(cards: readonly Card[]): ReferenceTotals {
  const sum = { total: 0, resolved: 0, searched: 0, missing: 0, ambiguous: 0, outside: 0 }
  for (const { totals } of cards) {
    sum.total += totals.total
    sum.resolved += totals.resolved
    sum.searched += totals.searched
    sum.missing += totals.missing
    sum.ambiguous += totals.ambiguous
    sum.outside += totals.outside
  }
  return sum
}

import { compareDiagnostics, type Diagnostic } from '../base/diagnostic.ts'
import { findAmong } from './among.ts'
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

/** Cards of modules that were loaded, and why the others could not be. */
export interface Catalogued {
  readonly cards: readonly Card[]
  readonly failures: readonly Diagnostic[]
}

/**
 * Grades what was loaded: totals over classes module and file without mentions, and every finding in order of place. With
 * `isAsked` everything is looked at, and what stands in the files asked for is counted and given.
 */
export function checkCards(
  root: string,
  { cards, failures }: Catalogued,
  isAsked: (id: string) => boolean = () => true,
): CheckReport {
  const own = cards.flatMap((card) => [...card.findings, ...card.partFindings])
  const { findings, suppressed } = suppress([...failures, ...own, ...findAmong(cards)], cards)
  const isGiven = ({ at }: Diagnostic): boolean => at === undefined || isAsked(at.path)
  const counted = cards.filter(({ id }) => isAsked(id))
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
  for (const { totals } of cards)
    for (const key of Object.keys(sum) as (keyof ReferenceTotals)[]) sum[key] += totals[key]
  return sum
}

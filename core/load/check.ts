import { compareDiagnostics, type Diagnostic } from '../base/diagnostic.ts'
import { findCycles } from '../base/order.ts'
import type { Card, ReferenceTotals } from './card.ts'
import { findExpansions, importsOf } from './expansion.ts'

/** What `check` found. */
export interface CheckReport {
  readonly root: string
  /** Markdown files that were read. */
  readonly modules: number
  readonly references: ReferenceTotals
  readonly diagnostics: readonly Diagnostic[]
}

/** Cards of modules that were loaded, and why the others could not be. */
export interface Catalogued {
  readonly cards: readonly Card[]
  readonly failures: readonly Diagnostic[]
}

/** Grades what was loaded: totals over classes module and file without mentions, and every finding in order of place. */
export function checkCards(root: string, { cards, failures }: Catalogued): CheckReport {
  const findings = cards.flatMap((card) => card.findings)
  return {
    root,
    modules: cards.length + failures.length,
    references: sumTotals(cards),
    diagnostics: [...failures, ...findings, ...findAmong(cards)].toSorted(compareDiagnostics),
  }
}

/** What only shows when all modules are looked at together. */
function findAmong(cards: readonly Card[]): Diagnostic[] {
  const imports = importsOf(cards)
  return [...findCycles(needsById(cards, imports)).map(cycleFound), ...findExpansions(cards, imports)]
}

/** What each module needs or puts in place among markdown files, by id, in order of place and without repetition. */
function needsById(cards: readonly Card[], imports: ReturnType<typeof importsOf>): Map<string, string[]> {
  return new Map(
    cards.map(({ id, needs }) => [
      id,
      [...new Set([...needs, ...(imports.get(id) ?? [])].map(({ to }) => to))],
    ]),
  )
}

function sumTotals(cards: readonly Card[]): ReferenceTotals {
  const sum = { total: 0, resolved: 0, searched: 0, missing: 0, ambiguous: 0, outside: 0 }
  for (const { totals } of cards)
    for (const key of Object.keys(sum) as (keyof ReferenceTotals)[]) sum[key] += totals[key]
  return sum
}

/** Longer cycles are shown by their beginning; the graph has them whole. */
const shownInCycle = 8

function cycleFound(cycle: readonly string[]): Diagnostic {
  const left = cycle.length - shownInCycle
  const shown = left > 0 ? [...cycle.slice(0, shownInCycle), `${left} more`, cycle[0]] : [...cycle, cycle[0]]
  return {
    code: 'REFERENCE_CYCLE',
    severity: 'warning',
    message: `Modules need each other: ${shown.join(' → ')}.`,
    hint: 'Remove one of the references, or make it a link.',
    at: { path: cycle[0]!, line: 1, column: 1 },
  }
}

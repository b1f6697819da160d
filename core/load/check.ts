import { compareDiagnostics, type Diagnostic } from '../base/diagnostic.ts'
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

/** Cards of modules that were loaded, by id, and why the others could not be. */
export interface Catalogued {
  readonly cards: readonly Card[]
  readonly failures: readonly Diagnostic[]
  /** Modules that need each other, each cycle as a path of ids that leads back to its first. */
  readonly cycles: readonly (readonly string[])[]
}

/** Grades what was loaded: totals over classes module and file without mentions, and every finding in order of place. */
export function checkCards(root: string, catalogued: Catalogued): CheckReport {
  const { cards, failures } = catalogued
  const findings: Diagnostic[] = []
  for (const card of cards)
    if (card.findings.length + card.partFindings.length > 0)
      findings.push(...card.findings, ...card.partFindings)
  return {
    root,
    modules: cards.length + failures.length,
    references: sumTotals(cards),
    diagnostics: [...failures, ...findings, ...findAmong(catalogued)].toSorted(compareDiagnostics),
  }
}

/** What only shows when all modules are looked at together. */
function findAmong({ cards, cycles }: Catalogued): Diagnostic[] {
  return [...cycles.map(cycleFound), ...findExpansions(cards, importsOf(cards))]
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

import { deepStrictEqual } from 'node:assert/strict'
import { compareDiagnostics, type Diagnostic } from '../base/diagnostic.ts'
import type { ParallelDesign } from '../run/design.ts'

/** What holds diagnostics: a report of `check` or `run`, a composition, or a list. */
export type Diagnosed = readonly Diagnostic[] | { readonly diagnostics: readonly Diagnostic[] }

/**
 * Throws an AssertionError unless these are all the diagnostics, in the order in which they are printed. Each is written
 * `severity CODE path:line:column message`, and may be cut after any word: `error REFERENCE_MISSING a.md:3:1`. Without a
 * place the message follows the code.
 */
export function expectDiagnostics(actual: Diagnosed, expected: readonly string[]): void {
  const list = 'diagnostics' in actual ? actual.diagnostics : actual
  const lines = [...list].sort(compareDiagnostics).map(lineOf)
  deepStrictEqual(
    lines.map((line, index) => cutLike(line, expected[index])),
    expected,
  )
}

/**
 * Throws an AssertionError unless the plan has these operations, in serial order, each written `group/operation` with what its
 * group needs in brackets: `tdd/cover (tdd/test, tdd/scan)`. With `levels` each begins with the level from which it can run:
 * `1 tdd/scan/exports`.
 */
export function expectPlan(
  { operations }: Pick<ParallelDesign, 'operations'>,
  expected: readonly string[],
  { levels = false }: { readonly levels?: boolean } = {},
): void {
  const lines = operations.map(({ group, name, needs, level }) => {
    const words = needs.length > 0 ? `${group}/${name} (${needs.join(', ')})` : `${group}/${name}`
    return levels ? `${level} ${words}` : words
  })
  deepStrictEqual(lines, expected)
}

function lineOf({ severity, code, at, message }: Diagnostic): string {
  const place = at ? `${at.path}:${at.line}:${at.column} ` : ''
  return `${severity} ${code} ${place}${message}`
}

function cutLike(line: string, expected: string | undefined): string {
  return expected !== undefined && (line === expected || line.startsWith(`${expected} `)) ? expected : line
}

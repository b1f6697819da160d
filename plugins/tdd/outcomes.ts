import type { Outcome } from 'heddle'
import type { TestRun } from './result.ts'
import type { SourceText } from './test-files.ts'

/** The paths that a group's glob listed, sorted; none when it did not get to list. */
export function listed(outcomes: readonly Outcome[]): readonly string[] {
  const outcome = outcomes.find(({ kind, status }) => kind === 'glob' && status === 'done')
  return (outcome?.output as { readonly files: readonly string[] } | undefined)?.files ?? []
}

/** The texts that a group read. Reads are named by their paths. */
export function readTexts(outcomes: readonly Outcome[]): SourceText[] {
  return outcomes
    .filter(({ kind, status }) => kind === 'read' && status === 'done')
    .map(({ name, output }) => ({ path: name, text: (output as { readonly text: string }).text }))
}

/** The run of the project's tests; null when there was none. */
export function testRunOf(outcomes: readonly Outcome[]): TestRun | null {
  const outcome = outcomes.find(({ kind }) => kind === 'test')
  return (outcome?.output as TestRun | null | undefined) ?? null
}

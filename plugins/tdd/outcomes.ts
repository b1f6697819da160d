import type { Outcome } from 'heddle'
import type { CodeShape } from './code-shape.ts'
import type { FoundReport } from './reports.ts'
import type { PhaseVerdict, TestRun } from './result.ts'
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

/** What a group's measurements of source files gave, by path. */
export function shapesIn(outcomes: readonly Outcome[]): ReadonlyMap<string, CodeShape> {
  const done = outcomes.filter(({ kind, status }) => kind === 'code-shape' && status === 'done')
  return new Map(done.map(({ output }) => [(output as CodeShape).path, output as CodeShape]))
}

/** The reports of coverage that were there when the tests had run. */
export function foundReports(outcomes: readonly Outcome[]): readonly FoundReport[] {
  const outcome = outcomes.find(({ kind, status }) => kind === 'coverage-reports' && status === 'done')
  return (outcome?.output as readonly FoundReport[] | undefined) ?? []
}

/** The verdict on the phase that the run was to show; null when it was to show none. */
export function phaseOf(outcomes: readonly Outcome[]): PhaseVerdict | null {
  const outcome = outcomes.find(({ kind }) => kind === 'tdd-phase')
  return (outcome?.output as PhaseVerdict | null | undefined) ?? null
}

/** The run of the project's tests; null when there was none. */
export function testRunOf(outcomes: readonly Outcome[]): TestRun | null {
  const outcome = outcomes.find(({ kind }) => kind === 'test')
  return (outcome?.output as TestRun | null | undefined) ?? null
}

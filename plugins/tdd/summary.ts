import type { TddResult } from './result.ts'

const shownSteps = 12

/** Where the component stands, then what comes next, one step a line. */
export function summaryOf(result: Omit<TddResult, 'summary'>): string[] {
  const { testAnalysis, implementationPlan, phase } = result
  const { testFiles, exports, coverage } = testAnalysis
  const tests = testFiles.reduce((sum, file) => sum + file.tests, 0)
  const tested = exports.filter(({ testedIn }) => testedIn.length > 0).length
  const covered =
    coverage === null
      ? 'coverage unknown'
      : `${coverage.covered} of ${coverage.total} lines covered${coverage.isOlder ? ' (in an earlier run)' : ''}`
  const { steps } = implementationPlan
  return [
    `${tests} test${tests === 1 ? '' : 's'} of its own, ${tested} of ${exports.length} exports tested, ${covered}`,
    runLine(testAnalysis.run),
    ...(phase ? phaseLines(phase) : []),
    ...steps
      .slice(0, shownSteps)
      .map(({ phase, action, at }) => `${phase}: ${action}${at ? ` ${at.path}:${at.line}` : ''}`),
    ...(steps.length > shownSteps
      ? [`… ${steps.length - shownSteps} more steps, all of them in --format json`]
      : []),
  ]
}

function runLine(run: TddResult['testAnalysis']['run']): string {
  if (run === null) return 'the tests of the project were not run'
  if (run.ended !== 'exit') return 'the tests of the project did not end'
  const count = run.tests === null ? '' : `${run.tests} `
  if (run.passed) return `all ${count}tests of the project pass`
  return run.failed === null
    ? 'the tests of the project fail'
    : `${run.failed} of ${count}tests of the project fail`
}

function phaseLines({
  phase,
  passed,
  reasons,
  measures,
  snapshot,
}: NonNullable<TddResult['phase']>): string[] {
  const changed = measures.filter(({ before, after }) => before !== after)
  return [
    passed ? `${phase}: shown` : `${phase}: not shown`,
    ...reasons.map((reason) => `  ${reason}`),
    ...changed.map(({ name, before, after }) => `  ${name}: ${before} → ${after}`),
    ...(snapshot ? [`  ${snapshot.length} files can be taken back with --phase rollback`] : []),
  ]
}

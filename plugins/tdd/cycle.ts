import type { Integration } from './anti-patterns.ts'
import type {
  AntiPattern,
  Coverage,
  ExportStatus,
  PhaseVerdict,
  PlanStep,
  TddResult,
  TestFile,
  TestRun,
} from './result.ts'
import { summaryOf } from './summary.ts'

/** What the groups found out about a component. */
export interface Findings {
  readonly component: string
  readonly files: readonly string[]
  readonly testFiles: readonly TestFile[]
  readonly exports: readonly ExportStatus[]
  readonly run: TestRun | null
  readonly coverage: Coverage | null
  /** The least share of covered lines, 0 to 1. */
  readonly threshold: number
  readonly antiPatterns: readonly AntiPattern[]
  readonly integration: Integration | null
  readonly unparsed: TddResult['testAnalysis']['unparsed']
  /** False when no file of the component or its tests could be parsed. */
  readonly isParsed: boolean
  readonly phase: PhaseVerdict | null
}

type Assurance = TddResult['qualityAssurance']

/** Judges what was found, and says what the cycle of red, green and refactor asks for next. */
export function readCycle(found: Findings): TddResult {
  const qualityAssurance = judge(found)
  const steps = [...greenSteps(found), ...redSteps(found, qualityAssurance), ...refactorSteps(found)]
  const result = {
    testAnalysis: {
      component: found.component,
      files: found.files,
      testFiles: found.testFiles,
      exports: found.exports,
      run: found.run === null ? null : withoutOutput(found.run),
      coverage: found.coverage,
      assertionsPerTest: assertionsPerTest(found.testFiles),
      integration: found.integration,
      unparsed: found.unparsed,
    },
    // Nothing is to be written or improved while a test fails, and nothing improved while a test is missing.
    implementationPlan: { phase: steps[0]?.phase ?? 'refactor', steps },
    qualityAssurance,
    phase: found.phase,
  }
  return { summary: summaryOf(result), ...result }
}

function assertionsPerTest(files: readonly TestFile[]): number | null {
  const tests = files.reduce((sum, file) => sum + file.tests, 0)
  const assertions = files.reduce((sum, file) => sum + file.assertions, 0)
  return tests === 0 ? null : Math.round((assertions / tests) * 100) / 100
}

function judge(found: Findings): Assurance {
  const { testFiles, exports, run, coverage, threshold, antiPatterns } = found
  const testsExist = testFiles.some(({ tests }) => tests > 0)
  const testsRan = run !== null && run.ended === 'exit' && run.tests !== 0
  const testsPass = testsRan && run.passed
  const exportsTested = exports.every(({ testedIn }) => testedIn.length > 0)
  const testsMeaningful = testsExist && testFiles.every(isMeaningful)
  const coverageSufficient = coverage === null ? null : coverage.ratio >= threshold
  const isBlocked = antiPatterns.some(({ blocks }) => blocks)
  const sound = found.isParsed || isBlocked ? !isBlocked : null
  const isTested = testsExist && testsPass && exportsTested && testsMeaningful
  return {
    testsExist,
    testsRan,
    testsPass,
    exportsTested,
    testsMeaningful,
    coverageSufficient,
    sound,
    compliant: isTested && coverageSufficient !== false && sound !== false,
    antiPatterns,
  }
}

/** A file without tests, such as shared fixtures, asserts nothing and need not. */
function isMeaningful({ tests, assertions, skipped }: TestFile): boolean {
  return skipped === 0 && (tests === 0 || assertions > 0)
}

function greenSteps({ run }: Findings): PlanStep[] {
  if (run === null || run.passed) return []
  if (run.failing.length > 0) {
    return run.failing.map(({ name, at }) => step('green', `Make the test "${name}" pass.`, 'It fails.', at))
  }
  if (run.tests === 0 && run.code === 0) return []
  const reason = run.code === null ? 'It did not end by itself.' : `It ended with ${run.code}.`
  return [step('green', `Make "${run.command}" succeed.`, reason)]
}

function redSteps(found: Findings, { testsExist, coverageSufficient }: Assurance): PlanStep[] {
  const { component, run, exports, testFiles, coverage, threshold } = found
  const steps: PlanStep[] = []
  if (run === null) steps.push(step('red', 'Give the project a test command.', 'Its tests were not run.'))
  if (run?.tests === 0) steps.push(step('red', `Let "${run.command}" find the tests.`, 'It ran none.'))
  if (!testsExist) steps.push(step('red', `Write a first test for "${component}".`, 'No test belongs to it.'))
  for (const { name, path, line, testedIn } of exports) {
    if (testedIn.length > 0) continue
    const what = name === 'default' ? `the default export of "${path}"` : `"${name}"`
    steps.push(
      step('red', `Write a failing test for ${what}.`, 'No test of the component names it.', { path, line }),
    )
  }
  for (const file of testFiles) {
    const at = { path: file.path, line: 1 }
    const isTold = found.antiPatterns.some(
      ({ kind, at }) => kind === 'asserts-nothing' && at?.path === file.path,
    )
    if (file.tests > 0 && file.assertions === 0 && !isTold) {
      steps.push(
        step('red', `Assert something in "${file.path}".`, 'Its tests cannot fail by themselves.', at),
      )
    }
    if (file.skipped > 0)
      steps.push(step('red', `Run the skipped tests in "${file.path}".`, 'They prove nothing.', at))
  }
  for (const { kind, message, hint, at } of found.antiPatterns)
    if (!ofStructure.has(kind)) steps.push(step('red', hint, message, at))
  if (coverage !== null && coverageSufficient === false) {
    const [first] = coverage.uncovered
    const reason = `${percent(coverage.ratio)} of the lines are covered; ${percent(threshold)} are asked for.`
    const at = first ? { path: first.path, line: first.lines[0] ?? 1 } : null
    steps.push(step('red', 'Write tests that reach the uncovered lines.', reason, at))
  }
  return steps
}

const ofStructure: ReadonlySet<AntiPattern['kind']> = new Set([
  'long-file',
  'large-class',
  'many-parameters',
  'complex-function',
])

function refactorSteps({ component, exports, run, antiPatterns }: Findings): PlanStep[] {
  if (run === null || !run.passed || exports.some(({ testedIn }) => testedIn.length === 0)) return []
  return [
    ...antiPatterns
      .filter(({ kind }) => ofStructure.has(kind))
      .map(({ message, hint, at }) => step('refactor', hint, message, at)),
    step('refactor', `Improve "${component}" in small steps; run the tests after each.`, 'They all pass.'),
  ]
}

function step(phase: PlanStep['phase'], action: string, reason: string, at: PlanStep['at'] = null): PlanStep {
  return { phase, action, reason, at }
}

function percent(ratio: number): string {
  return `${(Math.floor(ratio * 1000) / 10).toString()} %`
}

function withoutOutput({
  stdout: _stdout,
  stderr: _stderr,
  ...run
}: TestRun): Omit<TestRun, 'stdout' | 'stderr'> {
  return run
}

import type { Cycle, Measures, TestState } from './cycle-store.ts'
import type { FailingTest, Phase, PhaseVerdict, TestRun } from './result.ts'

export interface PhaseInput {
  readonly phase: Phase
  readonly component: string
  /** Sources of the component. */
  readonly files: readonly string[]
  /** All sources of the project. */
  readonly paths: readonly string[]
  /** Null when the tests were not run. */
  readonly run: Pick<TestRun, 'ended' | 'passed' | 'tests' | 'failing'> | null
  /** What the message of the failing test must say; null leaves that open. */
  readonly reason: string | null
}

/** What the phase is judged from. */
export interface Seen extends PhaseInput {
  readonly ownTests: readonly string[]
  readonly tests: TestState
  readonly measures: Measures
  readonly before: Cycle | undefined
}

/** Whether the component stands in the phase that is claimed, with every reason that speaks against it. */
export function judgePhase(seen: Seen): PhaseVerdict {
  const against = againstRun(seen)
  const reasons = against.length > 0 ? against : judges[seen.phase](seen)
  const begins = seen.before?.green?.measures
  return {
    phase: seen.phase,
    passed: reasons.length === 0,
    reasons,
    measures: seen.phase === 'refactor' && begins ? compare(begins, seen.measures) : [],
    snapshot: seen.before?.green?.files.map(({ path }) => path) ?? null,
  }
}

const judges = { red: againstRed, green: againstGreen, refactor: againstRefactoring }

function againstRun({ run }: Seen): string[] {
  if (run === null) return ['The tests of the project were not run.']
  if (run.ended !== 'exit') return ['The tests did not come to their end.']
  return []
}

/** Red: a test of the component fails, for the reason that is expected, and nothing else does. */
function againstRed({ run, reason, ownTests, tests, before }: Seen): string[] {
  const failing = run?.failing ?? []
  if (run?.passed) return ['No test fails: write one that asks for what is not there yet.']
  if (failing.length === 0) return ['The test command failed without naming a test: it is broken, not red.']
  const foreign = failing.filter(({ at }) => at !== null && !ownTests.includes(at.path))
  const wrong = failing.filter((test) => !foreign.includes(test)).flatMap((test) => whyWrong(test, reason))
  const lost = before?.green ? lostTests(before.green.tests, tests) : []
  return [
    ...foreign.map(({ name }) => `"${name}" fails, and is no test of the component.`),
    ...wrong,
    ...lost.map((name) => `The test "${name}" is gone since the last green phase.`),
  ]
}

/** Faults of the test itself, or of what it stands on: they prove nothing about the component. */
const brokenTest =
  /SyntaxError(?!.*does not provide an export)|IndentationError|Cannot find package|ERR_MODULE_NOT_FOUND.*node_modules|fixture '.*' not found|timed? ?out|Transform failed|Unexpected token/i
const asserted =
  /AssertionError|ERR_ASSERTION|assert(?:ion)?\b|\bexpect(?:ed)?\b|toBe|toEqual|should|Failed: DID NOT RAISE|panicked|--- FAIL|not equal/i
const missing =
  /is not a function|is not defined|is not a constructor|does not provide an export|has no attribute|cannot import name|No module named|Cannot find module|Cannot read propert|NotImplemented|undefined:|not implemented|cannot find|ERR_MODULE_NOT_FOUND/i

function whyWrong({ name, message }: FailingTest, reason: string | null): string[] {
  const told = message ?? ''
  if (reason !== null)
    return told.toLowerCase().includes(reason.toLowerCase())
      ? []
      : [`"${name}" does not fail because of "${reason}": ${firstLine(told)}.`]
  if (brokenTest.test(told)) return [`"${name}" fails because it is broken: ${firstLine(told)}.`]
  if (asserted.test(told) || missing.test(told)) return []
  return [
    told === ''
      ? `The runner does not say why "${name}" fails: give the reason with --reason.`
      : `"${name}" fails for a reason that was not expected: ${firstLine(told)}.`,
  ]
}

/** Green: everything passes, and what was red is still there and asserts no less. */
function againstGreen({ run, tests, before }: Seen): string[] {
  if (!run?.passed) return failingReasons(run?.failing ?? [])
  const red = before?.red
  if (!red) return []
  const weaker =
    tests.assertions < red.tests.assertions
      ? [
          `The tests assert less than in the red phase (${tests.assertions} instead of ${red.tests.assertions}).`,
        ]
      : []
  return [
    ...lostTests(red.tests, tests).map((name) => `The test "${name}" is gone since the red phase.`),
    ...weaker,
  ]
}

/** Refactor: the same tests pass as before it, and at least one figure is better. */
function againstRefactoring({ run, tests, measures, before }: Seen): string[] {
  const green = before?.green
  if (!green) return ['There is no green phase to begin from: run --phase green first.']
  if (!run?.passed) return failingReasons(run?.failing ?? [])
  const fewer = green.tests.ran !== null && tests.ran !== null && tests.ran < green.tests.ran
  const better = compare(green.measures, measures).some(({ before, after }) => after < before)
  return [
    ...lostTests(green.tests, tests).map((name) => `The test "${name}" is gone since the green phase.`),
    ...(fewer ? [`${tests.ran} tests ran instead of ${green.tests.ran}.`] : []),
    ...(tests.assertions < green.tests.assertions ? ['The tests assert less than in the green phase.'] : []),
    ...(better
      ? []
      : ['No figure is better than in the green phase, so nothing shows that it has improved.']),
  ]
}

function failingReasons(failing: readonly FailingTest[]): string[] {
  return failing.length === 0 ? ['The tests do not pass.'] : failing.map(({ name }) => `"${name}" fails.`)
}

function lostTests(before: TestState, now: TestState): string[] {
  const known = new Set(now.names)
  return before.names.filter((name) => !known.has(name))
}

function compare(before: Measures, after: Measures): PhaseVerdict['measures'] {
  return Object.entries(before).map(([name, figure]) => ({
    name,
    before: figure,
    after: after[name] ?? figure,
  }))
}

function firstLine(text: string): string {
  const line =
    text
      .split('\n')
      .find((one) => one.trim() !== '')
      ?.trim() ?? 'it does not say why'
  return line.replace(/\.$/, '').slice(0, 200)
}

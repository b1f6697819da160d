import type { Diagnostic } from 'heddle'
import type { AntiPattern, FailingTest, PhaseVerdict, TddResult, TestRun } from './result.ts'

/** The component is not there. */
export function noComponent(component: string, nearest: readonly string[]): Diagnostic {
  return {
    code: 'tdd/no-component',
    severity: 'error',
    message: `There is no file or folder "${component}".`,
    hint:
      nearest.length > 0
        ? `Did you mean ${nearest.map((path) => `"${path}"`).join(' or ')}?`
        : 'Name a source file or a folder, relative to the root.',
  }
}

/** The component is there, and holds no source that could be tested. */
export function noSources(component: string): Diagnostic {
  return {
    code: 'tdd/no-sources',
    severity: 'error',
    message: `"${component}" holds no source files.`,
    hint: 'Name a source file, or a folder that holds some.',
  }
}

/** Nothing says how the tests are run, so they were not. */
export function noTestCommand(): Diagnostic {
  return {
    code: 'tdd/no-test-command',
    severity: 'info',
    message: 'The tests were not run: no manifest of the project names a test command.',
    hint: 'Add the script "test" to package.json, pytest to pyproject.toml, or the target "test" to a Makefile.',
  }
}

/** There is a test command, but no disk on which it could run. */
export function notOnDisk(command: string): Diagnostic {
  return {
    code: 'tdd/not-on-disk',
    severity: 'info',
    message: `The tests were not run: "${command}" needs a project on a disk.`,
    hint: 'Run the command in a checkout of the project.',
  }
}

/** What a run of the tests shows: each test that fails, or that the run was not a whole one. */
export function runFindings({ command, ended, passed, tests, failing }: TestRun): Diagnostic[] {
  if (ended !== 'exit') return [notEnded(command), ...failing.map(testFails)]
  if (tests === 0) return [nothingRan(command)]
  if (passed || failing.length > 0) return failing.map(testFails)
  return [
    {
      code: 'tdd/run-fails',
      severity: 'error',
      message: `"${command}" failed, and its output names no test.`,
      hint: 'Run it yourself and read what it prints.',
    },
  ]
}

/** What a person should look at in a result besides the run; what blocks has the severity given. */
export function findingsOf(
  { testAnalysis, qualityAssurance }: TddResult,
  severity: Diagnostic['severity'],
): Diagnostic[] {
  const { component, exports, coverage } = testAnalysis
  const findings: Diagnostic[] = []
  if (!qualityAssurance.testsExist) {
    findings.push({
      code: 'tdd/no-test',
      severity: 'warning',
      message: `No test belongs to "${component}".`,
      hint: 'Write a test that imports it, or that carries its name.',
    })
  }
  for (const { name, path, line, testedIn } of exports) {
    if (testedIn.length > 0 || !qualityAssurance.testsExist) continue
    findings.push({
      code: 'tdd/export-untested',
      severity: 'warning',
      message: `No test of "${component}" names the export "${name}".`,
      hint: 'Write a failing test for it first.',
      at: { path, line, column: 1 },
    })
  }
  if (coverage !== null && qualityAssurance.coverageSufficient === false) {
    findings.push({
      code: 'tdd/coverage-low',
      severity: 'warning',
      message: `${coverage.covered} of ${coverage.total} lines of "${component}" are covered, by "${coverage.source}".`,
      hint: 'Write tests that reach the uncovered lines.',
    })
  }
  for (const pattern of qualityAssurance.antiPatterns) findings.push(antiPattern(pattern, severity))
  for (const { path, why } of testAnalysis.unparsed) {
    findings.push({
      code: 'tdd/not-parsed',
      severity: 'info',
      message: `Of "${path}" only the lines were counted: ${why}.`,
      hint: 'Its classes, functions and tests are not judged.',
    })
  }
  return findings
}

function antiPattern(
  { kind, blocks, message, hint, at }: AntiPattern,
  severity: Diagnostic['severity'],
): Diagnostic {
  const place = at ? { at: { ...at, column: 1 } } : {}
  return { code: `tdd/${kind}`, severity: blocks ? severity : 'warning', message, hint, ...place }
}

/** A phase that was claimed and not shown, with each reason. */
export function phaseFindings({ phase, reasons, snapshot }: PhaseVerdict, component: string): Diagnostic[] {
  const back = `heddle run task ${component} --phase rollback`
  const hint =
    phase === 'refactor' && snapshot
      ? `Go on until it holds, or take the component back: ${back}.`
      : hints[phase]
  return reasons.map((message) => ({ code: `tdd/not-${phase}`, severity: 'error', message, hint }))
}

const hints = {
  red: 'Write one test that fails because the component does not do it yet.',
  green: 'Write the least code that makes every test pass, and leave the tests as they are.',
  refactor: 'Run --phase green first: that is what a refactoring is compared with.',
}

/** There is no such phase. */
export function phaseUnknown(text: string): Diagnostic {
  return {
    code: 'tdd/phase-unknown',
    severity: 'error',
    message: `There is no phase "${text}".`,
    hint: 'Name one of: red, green, refactor, rollback.',
  }
}

/** Nothing to go back to. */
export function noSnapshot(component: string): Diagnostic {
  return {
    code: 'tdd/no-snapshot',
    severity: 'error',
    message: `There is no snapshot of "${component}" to go back to.`,
    hint: 'A green phase makes one: run --phase green when all tests pass.',
  }
}

function testFails({ name, at }: FailingTest): Diagnostic {
  return {
    code: 'tdd/test-fails',
    severity: 'error',
    message: `The test "${name}" fails.`,
    hint: 'Make it pass before anything else is changed.',
    ...(at === null ? {} : { at: { path: at.path, line: at.line, column: 1 } }),
  }
}

function notEnded(command: string): Diagnostic {
  return {
    code: 'tdd/tests-not-ended',
    severity: 'error',
    message: `"${command}" was ended before the tests were through.`,
    hint: 'Find the test that does not end, or give the option "limitMs" a higher value.',
  }
}

function nothingRan(command: string): Diagnostic {
  return {
    code: 'tdd/nothing-ran',
    severity: 'error',
    message: `"${command}" succeeded without running a single test.`,
    hint: 'Correct the command, so that it finds the tests.',
  }
}

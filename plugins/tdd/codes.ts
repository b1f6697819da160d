import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'tdd/coverage-low': {
    means: 'Tests reach fewer lines of the component than are asked for.',
    example: '12 of 40 lines, by coverage/lcov.info.',
    repair: 'Write tests that reach the lines which the result names.',
  },
  'tdd/export-untested': {
    means: 'No test of the component names one of its exports.',
    example: 'export function shed(), which no test calls.',
    repair: 'Write a failing test for it first.',
  },
  'tdd/no-component': {
    means: 'There is no such file or folder.',
    example: 'heddle run task src/sun.ts',
    repair: 'Name one that is there; the hint names the nearest.',
  },
  'tdd/no-sources': {
    means: 'What was named holds no source files.',
    example: 'heddle run task docs',
    repair: 'Name a source file, or a folder that holds some.',
  },
  'tdd/no-test': {
    means: 'No test belongs to the component: none imports it or carries its name.',
    example: 'src/a.ts without a.test.ts.',
    repair: 'Write a first test, and see it fail.',
  },
  'tdd/no-test-command': {
    means: 'The tests were not run, because no manifest of the project names a test command.',
    example: 'A package.json without the script "test".',
    repair:
      'Add the script "test" to package.json, pytest to pyproject.toml, or the target "test" to a Makefile.',
  },
  'tdd/not-on-disk': {
    means: 'The tests were not run, because the project is in memory.',
    example: 'A framework over memoryFiles().',
    repair: 'Run the command in a checkout; in a test give the framework stand-ins: `programs`.',
  },
  'tdd/nothing-ran': {
    means: 'The test command ended well without running a single test. That proves nothing.',
    example: 'A pattern of test files that fits none.',
    repair: 'Correct the command, so that it finds the tests.',
  },
  'tdd/run-fails': {
    means: 'The test command failed, and its output names no test.',
    example: 'A syntax error in a test file.',
    repair: 'Run it yourself and read what it prints.',
  },
  'tdd/test-fails': {
    means: 'A test of the project fails.',
    example: 'assert.equal(sum(1, 2), 3), and it is -1.',
    repair: 'Make it pass before anything else is changed.',
  },
  'tdd/tests-not-ended': {
    means: 'The test command was ended before the tests were through.',
    example: 'A test that keeps a server open.',
    repair: 'Find the test that does not end, or raise the option "limitMs".',
  },
  'tdd/no-snapshot': {
    means: 'There is no snapshot of the component to go back to.',
    example: '--phase rollback before any green phase.',
    repair: 'A green phase makes one: run --phase green when all tests pass.',
  },
  'tdd/not-parsed': {
    means: 'Only the lines of a file were counted; its classes, functions and tests are not judged.',
    example: 'A file with a syntax error.',
    repair: 'Mend the file, or install the parser that the finding names.',
  },
  'tdd/phase-unknown': {
    means: 'There is no such phase.',
    example: '--phase blue',
    repair: 'Name one of: red, green, refactor, rollback.',
  },
}

import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'validation/*': {
    means: "A finding of one of the project's own tools: the code names the tool and its rule.",
    example: 'validation/eslint/no-unused-vars',
    repair: 'See the documentation of that tool for the rule.',
  },
  'validation/check-failed': {
    means: 'A check of the project ended with a code other than 0.',
    example: '`npm run lint` found something.',
    repair: 'Mend what it found; run it by itself to see all of its output.',
  },
  'validation/check-timed-out': {
    means: 'A check did not end in time and was ended.',
    example: 'A test script in watch mode.',
    repair: 'Make it faster, or give it more time with the setting "deadline-minutes".',
  },
  'validation/coverage-low': {
    means: 'Tests reach fewer lines of the project than are asked for.',
    example: '61 % of the lines, where 80 % are asked for.',
    repair:
      'Begin with the file that the hint names; the setting "coverage-threshold" says what is asked for.',
  },
  'validation/no-check': {
    means: 'No manifest names a check of this family, so nothing is known of it.',
    example: 'A package.json without the script "typecheck".',
    repair: 'Add one as the hint says, or leave it: it is no failure.',
  },
  'validation/no-tests': {
    means: 'The test command ended well and had no test to run.',
    example: 'An empty test folder.',
    repair: 'Write a first test.',
  },
  'validation/not-on-disk': {
    means: 'Checks were not run, because the project is in memory.',
    example: 'A framework over memoryFiles().',
    repair: 'Run the command in a checkout; in a test give the framework stand-ins: `programs`.',
  },
  'validation/nothing-checked': {
    means:
      'No manifest of the project names any check, so nothing is known of it. It does not count as passed.',
    example: 'A folder without package.json, pyproject.toml, Makefile, Cargo.toml and go.mod.',
    repair: 'Name a first check, such as the script "test".',
  },
  'validation/output-damaged': {
    means: 'What a tool wrote ends too early to be read, so findings may be missing.',
    example: 'A JSON report of a tool that was ended.',
    repair: 'Run it by itself to see all of its output.',
  },
  'validation/report-stale': {
    means: 'A report on the disk is older than the run, so nothing of it was taken.',
    example: 'coverage/lcov.info of last week.',
    repair: 'Let the test command write it, for example with --coverage.',
  },
  'validation/script-unfit': {
    means: 'A script was not run as a check, because it does more than check.',
    example: '"lint": "eslint --fix ."',
    repair: 'Add a script that only checks, such as "lint:check".',
  },
  'validation/tool-missing': {
    means: 'A check was not run, because its program is not installed.',
    example: '"eslint ." before npm install.',
    repair: 'Install it, or the dependencies of the project.',
  },
}

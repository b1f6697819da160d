import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'chain/left-behind': {
    means: 'The workflow failed, and what its programs wrote could not be taken back: nothing held them.',
    example: 'A step "bash: npm install" before one that fails.',
    repair: 'Say what programs write, or hold them: isolation: overlay.',
  },
  'chain/needless': {
    means: 'A step waits for another of which it reads and writes nothing.',
    example: '"needs: [lint]" at a step that only reads README.md.',
    repair: 'Leave the need out, and both run at once.',
  },
  'chain/not-reached': {
    means: 'A step was repeated as often as it may be, and what it is repeated for is still not so.',
    example: '"until: tests.code = 0" with rounds: 3 and a test that keeps failing.',
    repair: 'Look at what the last round gave; give it more rounds, or another end.',
  },
  'chain/program-not-allowed': {
    means:
      'A step wants to run a program that the configuration does not allow workflows and modules to run.',
    example: '"bash: { program: make }" without bash.allow: [\'make\'].',
    repair: 'Add it to bash.allow in heddle.config.ts, when you trust the steps.',
  },
  'chain/steps': {
    means: 'The steps are not written as steps are; nothing was run.',
    example: 'A step with two kinds, or one that needs a step that is not there.',
    repair: 'Correct the place that the message names; the README of the plugin shows every form.',
  },
  'chain/unclaimed': {
    means: 'A program did not say what it reads and writes, so it ran alone.',
    example: '"bash: { program: make }" without reads and writes.',
    repair: 'Add reads and writes; "writes: []" for a check.',
  },
  'chain/value': {
    means: 'A step uses a value of an earlier one that this did not give.',
    example: '"${find.matches}" after a step that gives files.',
    repair: 'Look at what the earlier step gives: heddle run … --format json.',
  },
  'chain/write-not-allowed': {
    means: 'A step wants to write a file outside the folders in which workflows may write.',
    example: '"write: src/a.ts" without chain({ writes: [\'src\'] }).',
    repair: 'Add the folder in heddle.config.ts, when you trust the steps.',
  },
}

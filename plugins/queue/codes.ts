import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'queue/connection-back': {
    means: 'The queue can be reached again, and the run goes on.',
    example: 'Redis was restarted.',
    repair: 'Nothing is to be done.',
  },
  'queue/ran-here': {
    means: 'Operations ran where the run is, and on no worker.',
    example: 'An operation whose kind no worker has.',
    repair: 'Start a worker that can run them: heddle worker.',
  },
}

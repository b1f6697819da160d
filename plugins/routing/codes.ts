import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'routing/request-empty': {
    means: 'There is no request to find a command for.',
    example: 'heddle run auto ""',
    repair: 'Say in plain words what you want: heddle route "where is the session closed?".',
  },
  'routing/requests-many': {
    means: 'More requests were sent than are taken at once.',
    example: 'A file with thousands of requests.',
    repair: 'Send them in several parts.',
  },
}

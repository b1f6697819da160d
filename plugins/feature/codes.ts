import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'feature/criteria-missing': {
    means: 'Nothing says when the feature is done.',
    example: '"Users can log in."',
    repair: 'Add criteria that a test can show: "- [ ] a user with a wrong code is refused".',
  },
  'feature/document-missing': {
    means: 'The document that should say what is wanted is not there.',
    example: 'heddle run feature docs/gone.md',
    repair: 'Name a file of the project.',
  },
  'feature/file-new': {
    means: 'The request names a file that is not there yet.',
    example: '"in src/reset.ts", before it exists.',
    repair: 'Nothing, if it shall be made; otherwise correct its name.',
  },
  'feature/request-empty': {
    means: 'There is no request.',
    example: 'heddle run feature ""',
    repair: 'Say what shall be there: heddle run feature "users can reset their password".',
  },
  'feature/unclear': {
    means: 'Something in the request cannot be built from as it is said.',
    example: '"It should be fast."',
    repair: 'Ask, and write the answer in its place.',
  },
}

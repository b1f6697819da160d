import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'protocol/*': {
    means: 'Something in a file has the shape of a secret; the code names which kind.',
    example: 'A private key or an access token in a source file or a test.',
    repair: 'Revoke it first; then take it out, and read it from the environment.',
  },
}

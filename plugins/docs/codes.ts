import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'docs/link-dead': {
    means: 'A link of a document leads to a file that does not exist.',
    example: '[guide](docs/guid.md)',
    repair: 'Correct it, or take it out; `heddle fix` repairs what has one answer.',
  },
  'docs/name-stale': {
    means: 'A document names a file or a function in backquotes that the project does not have.',
    example: '`parseAll()`, which was renamed to parseEach.',
    repair: 'Write what it is called now, or take it out.',
  },
}

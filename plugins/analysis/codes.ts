import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'analysis/dead-import': {
    means: 'A source file imports a file that the project does not have.',
    example: "import { a } from './gone.ts'",
    repair: 'Correct the path, or remove the import.',
  },
  'analysis/duplicate-file': {
    means: 'Several source files hold the same text.',
    example: 'src/date.ts copied to lib/date.ts.',
    repair: 'Keep one of them and import it from the other places.',
  },
  'analysis/duplicate-passage': {
    means: 'A passage of several lines stands in more than one place.',
    example: 'Twenty lines of parsing, copied and pasted.',
    repair: 'Give the passage a name of its own and use it from all places.',
  },
  'analysis/no-files': {
    means: 'Nothing was analysed, because there are no source files where they were looked for.',
    example: 'heddle run analyze docs',
    repair: 'Name a source file or a folder that holds some.',
  },
  'analysis/no-test': {
    means: 'No test imports the source file or carries its name.',
    example: 'src/a.ts without test/a.test.ts.',
    repair: 'Write a test that imports it, or that carries its name.',
  },
  'analysis/unread': {
    means: 'A source file could not be read; what it declares and imports is missing from the analysis.',
    example: 'A file that only another user may read.',
    repair: 'Make it readable.',
  },
}

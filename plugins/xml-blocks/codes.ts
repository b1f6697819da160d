import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'xml-blocks/category': {
    means: 'A module says that its category is another than the folder that it stands in.',
    example: '<module category="quality"> in modules/patterns.',
    repair: 'Write the name of the folder, or move the file.',
  },
  'xml-blocks/name': {
    means: 'A module calls itself by another name than its file.',
    example: '<module name="tdd_cycle"> in test-first.md.',
    repair: 'Write the name of the file, or rename the file: `heddle rename`.',
  },
}

import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'enhance/file-long': {
    means: 'A source file is so long that there are usually two rooms in it.',
    example: 'A file of nine hundred lines.',
    repair: 'Find the two things that it does, and give each a file.',
  },
  'enhance/function-long': {
    means: 'A function is so long that it usually does two things.',
    example: 'A function of eighty lines.',
    repair: 'Give its steps names of their own.',
  },
  'enhance/parameters-many': {
    means: 'A function takes more parameters than callers can keep in order.',
    example: 'draw(x, y, width, height, colour)',
    repair: 'Pass what belongs together as one value with names.',
  },
}

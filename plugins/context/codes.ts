import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'context/nothing-to-begin-with': {
    means: 'Nothing was asked for, and the project has none of the files that one begins with.',
    example: 'A folder without CLAUDE.md, AGENTS.md and commands.',
    repair: 'Give a reference such as @commands/task.md.',
  },
  'context/request-wrong': {
    means: 'A context was asked for that cannot be made.',
    example: 'heddle run context --budget none',
    repair: 'The budget is a whole number from 1 on, the reader plain, claude or agents-md.',
  },
}

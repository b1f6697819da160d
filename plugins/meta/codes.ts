import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'meta/claim-false': {
    means: 'A text says how many of something there are, and there is another number.',
    example: '"all 12 commands", where there are 14.',
    repair: 'Correct the number, or leave it out: then it cannot become wrong.',
  },
  'meta/no-module': {
    means: 'The project has no document of a framework, so there is nothing to repair.',
    example: 'A folder with sources alone.',
    repair: 'Put modules into .claude/ or .heddle/; `heddle init` begins one.',
  },
  'meta/orphan': {
    means: 'Nobody refers to the module.',
    example: 'A module whose last reference was removed.',
    repair: 'Refer to it, or delete it: `heddle check --if-deleted PATH` says what that would break.',
  },
  'meta/text-shared': {
    means: 'A passage stands in several modules and costs tokens each time.',
    example: 'The same twenty lines of rules in every command.',
    repair: 'Keep it in one module, and refer to that.',
  },
}

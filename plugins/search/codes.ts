import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'search/incomplete': {
    means: 'A part of the search failed, so there may be more hits.',
    example: 'A file that could not be read.',
    repair: 'See the failed operations of the group.',
  },
  'search/no-hit': {
    means: 'Nothing matches. That is no failure.',
    example: 'heddle run query "FIXME" in a tidy project.',
    repair: 'Search for less, or in more files.',
  },
  'search/query-empty': {
    means: 'The query is empty and would match every line.',
    example: 'heddle run query ""',
    repair: 'Give a regular expression, such as "TODO|FIXME".',
  },
  'search/query-invalid': {
    means: 'The query is no regular expression.',
    example: 'heddle run query "f("',
    repair: 'Put a backslash before characters that stand for themselves, such as "(" or "[".',
  },
  'search/untested-hits': {
    means: 'Hits stand in source files that no test carries the name of.',
    example: 'A TODO in src/a.ts, without a.test.ts.',
    repair: 'Write a test before changing them.',
  },
}

import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'setup/answer-missing': {
    means: 'Nothing says what the placeholder of a module is.',
    example: 'A module that asks for the name of the team.',
    repair: 'Answer it: --answers "name=…", or set it in the configuration.',
  },
  'setup/answer-unknown': {
    means: 'An answer was given to a question that nobody asks.',
    example: '--answers "tema=red"',
    repair: 'Write one of the questions that the hint names.',
  },
  'setup/claim-bare': {
    means: 'A text claims to rest on something, and names no source near it.',
    example: '"Studies show that …"',
    repair: 'Name the source in the same line, or say how it was measured.',
  },
  'setup/command-idle': {
    means: 'A command needs no module and declares nothing to run, so that only an agent can follow it.',
    example: 'A command of words alone.',
    repair: 'Add "needs", "pattern" or "groups" if heddle run shall do something.',
  },
  'setup/command-unknown': {
    means: 'A text names a command that does not exist.',
    example: '/revew in a text',
    repair: 'See what there is with heddle list commands.',
  },
  'setup/folder-occupied': {
    means: 'A new project was to be begun in a folder that is not empty.',
    example: 'heddle run init-new app, beside a package.json.',
    repair: 'For a project that is there already: heddle run init.',
  },
  'setup/framework-missing': {
    means: 'The project has no framework.',
    example: 'A folder with sources alone.',
    repair: 'Propose one with heddle run init, or begin one with heddle init.',
  },
  'setup/language-unknown': {
    means: 'There is nothing to begin a project in this language with.',
    example: 'heddle run init-new app --language cobol',
    repair: 'Take one of those that the hint names.',
  },
  'setup/module-large': {
    means: 'A module costs many more tokens than the others.',
    example: 'A module of nine thousand tokens.',
    repair: 'Split it: its parts are rarely all needed.',
  },
  'setup/module-untitled': {
    means: 'A module has neither a title nor a heading.',
    example: 'A file that begins with a list.',
    repair: 'Begin it with one: lists and hosts show it.',
  },
  'setup/modules-missing': {
    means: 'There is no module whose conventions could be written down.',
    example: 'An empty .heddle/.',
    repair: 'Begin with heddle init.',
  },
  'setup/name-uncommon': {
    means: 'A module is named otherwise than most.',
    example: 'Review_Notes.md among review-code.md and write-tests.md.',
    repair: '`heddle rename` moves it and mends every reference.',
  },
  'setup/name-unusable': {
    means: 'A name is none that every tool takes.',
    example: 'heddle run init-new "My App"',
    repair: 'Use small letters, digits and hyphens, and begin with a letter.',
  },
  'setup/no-test-command': {
    means: 'No manifest names a command that runs the tests.',
    example: 'A package.json without the script "test".',
    repair: 'Name one: agents run what is named.',
  },
  'setup/project-empty': {
    means: 'There is neither a source file nor a manifest here.',
    example: 'An empty folder.',
    repair: 'For a project that does not exist yet: heddle run init-new NAME.',
  },
  'setup/question-missing': {
    means: 'There is no question to look into.',
    example: 'heddle run init-research ""',
    repair: 'Ask one that an answer could disprove.',
  },
  'setup/reference-dead': {
    means: 'A reference of the framework leads nowhere.',
    example: '@modules/gone.md',
    repair: 'Correct it, or take it out; `heddle fix` shows the repair.',
  },
}

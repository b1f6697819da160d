import type { CheckCode } from '../load/codes.ts'

/** What brings a code of the check about and what to do; what it means stands where the codes are. */
export const checkingCodes: Readonly<
  Record<CheckCode, { readonly example: string; readonly repair: string }>
> = {
  BAD_ENCODING: {
    example: 'A file saved as Latin-1: the byte of "é" begins no character of UTF-8.',
    repair: 'Save the file as UTF-8; the finding names the first byte that is none.',
  },
  CHANGED_WHILE_READ: {
    example: 'A program writes docs/index.md without a pause while `heddle check` reads it.',
    repair: 'Run it again when what writes the file has finished.',
  },
  DENIED_BY_RULE: {
    example:
      'A module links to .env, .git/config, a private key, or to what "deny" in the configuration closes.',
    repair:
      'Refer to another file. Our own rules cannot be lifted; those of "deny" are in the configuration.',
  },
  DUPLICATE_CONTENT: {
    example: 'a/review.md and b/review.md hold the same bytes.',
    repair:
      'Keep one and refer to it, or silence the finding in the copy with the reason why both are needed.',
  },
  EXPANSION_LIMIT: {
    example: 'CLAUDE.md imports a.md, which imports b.md, and so on for more than five steps.',
    repair: 'Import the last file from one nearer to the beginning, or write its text there.',
  },
  FRAGMENT_MISSING: {
    example: '@modules/tdd.md#red, where tdd.md has the headings "Green" and "Refactor".',
    repair:
      'Name a heading, block or anchor that is there; `heddle fix` does it where one is meant beyond doubt.',
  },
  FRONT_MATTER_ALIAS: {
    example: '"base: &x [1]" and "more: *x" in the front matter.',
    repair: 'Write the value out: anchors and aliases can make a few lines of YAML fill the memory.',
  },
  FRONT_MATTER_DUPLICATE_KEY: {
    example: '"name: a" and further down "name: b".',
    repair: 'Remove one of them.',
  },
  FRONT_MATTER_EMPTY: {
    example: '"---" directly followed by "---".',
    repair: 'Write a key, or remove both lines.',
  },
  FRONT_MATTER_KEY: {
    example: 'The key "__proto__".',
    repair: 'Give the key another name.',
  },
  FRONT_MATTER_LANGUAGE: {
    example: 'The file begins with "---js" or "+++".',
    repair: 'Write YAML between two lines "---"; nothing in a module is ever executed.',
  },
  FRONT_MATTER_SYNTAX: {
    example: '"description: Use when: always" — the second colon begins another key.',
    repair: 'Put the value in quotes; the finding stands at the place where YAML gives up.',
  },
  FRONT_MATTER_TOO_DEEP: {
    example: 'A list in a list in a list, thirty-three deep.',
    repair: 'Write it flatter, or keep the data in a file of its own.',
  },
  FRONT_MATTER_TOO_LARGE: {
    example: 'A table of a thousand lines in the front matter.',
    repair: 'Move what belongs to the text below the closing "---".',
  },
  FRONT_MATTER_TOO_MANY_KEYS: {
    example: 'A glossary written as keys of the front matter.',
    repair: 'Move what is data into a file of its own.',
  },
  GIT_FAILED: {
    example: 'A layer of a partial clone whose objects were never fetched.',
    repair: 'Run the git command yourself to see what it says; nothing is fetched from here.',
  },
  GIT_FOLDER_MISSING: {
    example: "{ git: '../framework', ref: 'v2', folder: '.claude' }, where v2 has no .claude.",
    repair: 'Name a folder of that commit.',
  },
  GIT_MISSING: {
    example: 'A layer with "git" in a container without git.',
    repair: 'Install git, or leave the layer out.',
  },
  GIT_REF_MISSING: {
    example: "{ git: '../framework', ref: 'v3' } before v3 was fetched.",
    repair: 'Name a branch, tag or commit that is there, or fetch it.',
  },
  GIT_REPOSITORY_MISSING: {
    example: "{ git: '../framework' } where that folder is no repository.",
    repair: 'Name the folder that holds .git, or a bare repository.',
  },
  GROUP_VALUE_MISSING: {
    example:
      '"grep: ${qeury}" where the command takes "query"; [PROJECT_CONFIG: server.port] in a project that says no port.',
    repair:
      'Correct the name, give it a value in the place that the hint names, or write a default behind it.',
  },
  HARD_LINK: {
    example: 'A file that a package manager linked from its store.',
    repair: 'Replace what should not be shared by a copy. "strict: true" refuses such files.',
  },
  HOOKS_FROZEN: {
    example: 'A plugin keeps its hooks and taps one of them from a timer.',
    repair: 'Tap, provide and contribute inside apply().',
  },
  INTERNAL: {
    example: 'A fault in Heddle or in code that it was given.',
    repair: 'Run it again; if it stays, report it with the message and what you did.',
  },
  LINK_LEAVES_ROOT: {
    example: 'docs/shared is a symbolic link to /srv/shared.',
    repair: 'Replace the link by a copy, or add what it leads to as a layer ("packages").',
  },
  MODULE_GROUPS: {
    example: '"groups:" in the front matter, with an operation that names no kind.',
    repair: 'Correct the key that the message names.',
  },
  MODULE_METADATA: {
    example: '"tags: true" where a list is meant.',
    repair: 'Write the value in the shape that the finding names, or remove the key.',
  },
  MODULE_UNREADABLE: {
    example: 'A plugin threw while it read the file.',
    repair: 'Read the cause beside the finding.',
  },
  NAME_AMBIGUOUS: {
    example: 'README.md and Readme.md in one folder.',
    repair: 'Rename one of them so that they differ in more than letter case or accents.',
  },
  NAME_TWICE: {
    example: 'commands/review.md and commands/git/review.md are both "review".',
    repair: 'Give one of them another name, or remove it.',
  },
  NAME_UNSAFE: {
    example: 'CON.md, "a .md", a name with a backslash or an encoded "..".',
    repair: 'Rename the file so that it means the same on every system.',
  },
  NOT_A_FILE: {
    example: 'A reference to a folder without README.md, index.md or SKILL.md.',
    repair: 'Name a file in it.',
  },
  NOT_A_FOLDER: { example: '"home: README.md" in the configuration.', repair: 'Name a folder.' },
  NOT_A_MODULE: {
    example: '`heddle run` of something that needs package.json.',
    repair: 'Name a .md, .mdx or .markdown file.',
  },
  NOT_FOUND: {
    example: 'A path that was there when the folder was listed, or one that was never there.',
    repair: 'Write a path below the root, or a reference such as @modules/patterns/x.md.',
  },
  ONE_SIDED: {
    example: 'a.md lists b.md under "provides_to"; b.md has "depends_on" without a.md.',
    repair: 'Add it to the list of the other module, or take it out of this one.',
  },
  ORPHAN: {
    example: 'modules/old/notes.md, which no command, skill, agent or memory file leads to.',
    repair: 'Refer to it, remove it, or name it in "entries" of the configuration.',
  },
  OUTSIDE_ROOT: {
    example: '[x](../../other/x.md) from a file near the root.',
    repair: 'Name a file below the root; add what lies elsewhere as a layer ("packages").',
  },
  PACKAGE_BROKEN: { example: 'Its package.json is no JSON.', repair: 'Install the package again.' },
  PACKAGE_LAYOUT: {
    example: 'A package without "heddle" in its package.json and without .claude, modules or the like.',
    repair: 'Let its package.json say where they are: "heddle": { "modules": "./modules" }.',
  },
  PACKAGE_MISSING: {
    example: "packages: ['@acme/agent-kit'] before npm install.",
    repair: 'Install it, or take it out of "packages".',
  },
  PACKAGE_NAME: {
    example: "packages: ['../kit'].",
    repair: 'Write a name as in package.json: name or @scope/name.',
  },
  PACKAGE_TWICE: {
    example: 'The same package twice in "packages".',
    repair: 'Name it once, or give each a label.',
  },
  PLUGIN_FAILED: {
    example: 'A plugin threw in its hook "parse".',
    repair: 'Mend the plugin, or take it out of the configuration; the finding names both.',
  },
  PLUGIN_NAME: {
    example: "hooks.parse.tap('other', …) in the plugin mine.",
    repair: 'Tap under the name of the plugin itself.',
  },
  PLUGIN_SHAPE: {
    example: 'A validate hook that gives text instead of a list of findings.',
    repair: 'Give what the hook takes; the message says what that is.',
  },
  PLUGIN_SKIPPED: {
    example: "dependsOn: ['types'], and the plugin types throws as it is applied.",
    repair: 'Mend the plugin that failed; the message names it.',
  },
  PLUGIN_TIMEOUT: {
    example: 'A plugin awaits an answer from the network in the hook "plan" that never comes.',
    repair: 'Let the hook settle, or raise "hookDeadlineMs".',
  },
  PLUGIN_UNKNOWN: {
    example: "after: ['sessoin'], where the plugin is named session.",
    repair: 'Correct the name; where that plugin is left out on purpose nothing has to be done.',
  },
  REFERENCE_AMBIGUOUS: {
    example: '@modules/review.md, with modules/a/review.md and modules/b/review.md.',
    repair: 'Write enough of the path to name one of them.',
  },
  REFERENCE_CASE: {
    example: '[a](readme.md), where the file is README.md.',
    repair: 'Write the name as the file has it; `heddle fix` does it.',
  },
  REFERENCE_CYCLE: {
    example: 'a.md depends on b.md, and b.md on a.md.',
    repair: 'Move what both need into a third module, or drop one of the references.',
  },
  REFERENCE_MISSING: {
    example: '@modules/quality/gate.md, where only @modules/quality/gates.md exists.',
    repair:
      '`heddle why REFERENCE --from FILE` shows every place that was tried; `heddle fix` repairs what has one answer.',
  },
  REFERENCE_SEARCHED: {
    example: '@modules/gates.md, found at modules/quality/gates.md.',
    repair: 'Write the path that the finding names; `heddle fix` does it.',
  },
  REFERENCE_SYNTAX: {
    example: '`heddle resolve @`.',
    repair: 'Write a path or an alias such as @modules/patterns/x.md.',
  },
  REFERENCE_UNICODE: {
    example: '"café.md" written with e and an accent, the file name with é.',
    repair: 'Write the name as the file has it; `heddle fix` does it.',
  },
  SERVICE_MISSING: {
    example: 'context.use(clock), and no plugin before this one provides it.',
    repair: 'Name the plugin that provides it in dependsOn, or ask with context.has() first.',
  },
  SERVICE_TWICE: {
    example: 'Two plugins call context.provide() with a key named time/clock.',
    repair: 'Take one of them out, or give the service of one another name.',
  },
  SUPPRESSION_CODE: {
    example: '<!-- heddle-ignore ORPHANS: kept --> — there is no such code.',
    repair: 'Name the code that the finding ends with.',
  },
  SUPPRESSION_REASON: {
    example: '<!-- heddle-ignore ORPHAN -->',
    repair: 'Say why: <!-- heddle-ignore ORPHAN: read by another tool -->.',
  },
  SUPPRESSION_UNUSED: {
    example: 'The reference was repaired, and the directive above it stayed.',
    repair: 'Remove the code from the directive.',
  },
  TOO_LARGE: { example: 'A markdown file of forty megabytes.', repair: 'Split the file.' },
  UNREADABLE: { example: 'A file that only another user may read.', repair: 'Look at its permissions.' },
}

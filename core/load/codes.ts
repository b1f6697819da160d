/** What each code that a check can report means, in one sentence. The list is closed; codes of plugins have a prefix. */
const meanings = {
  BAD_ENCODING: 'The file is no text that can be read: neither UTF-8 nor UTF-16.',
  CHANGED_WHILE_READ:
    'The file changed again and again while it was read, so that no text of it can be believed.',
  DENIED_BY_RULE: 'A rule of the gate keeps the file closed to every door.',
  DUPLICATE_CONTENT: 'Files hold the same bytes, so that a change to one leaves the other behind.',
  EXPANSION_LIMIT: 'Imports go further than hosts follow them, or unfold to more files than anybody reads.',
  FRAGMENT_MISSING: 'A reference names a heading or block that its file does not have.',
  FRONT_MATTER_ALIAS: 'The front matter uses YAML aliases, which are not read.',
  FRONT_MATTER_DUPLICATE_KEY:
    'A key stands twice in the front matter; readers differ in which one they take.',
  FRONT_MATTER_EMPTY: 'The front matter says nothing.',
  FRONT_MATTER_KEY: 'The front matter has a key that is refused.',
  FRONT_MATTER_LANGUAGE: 'The front matter is written in a language that is not read.',
  FRONT_MATTER_SYNTAX: 'The front matter is no YAML, so that hosts leave the file or the key out.',
  FRONT_MATTER_TOO_DEEP: 'The front matter nests deeper than is read.',
  FRONT_MATTER_TOO_LARGE: 'The front matter is longer than is read.',
  FRONT_MATTER_TOO_MANY_KEYS: 'The front matter has more keys than are read.',
  GIT_FAILED: 'Git could not say what a layer needs to know.',
  GIT_FOLDER_MISSING: 'A git layer names a folder that its commit does not have.',
  GIT_MISSING: 'A git layer needs git, which is not installed.',
  GIT_REF_MISSING: 'A git layer names a branch, tag or commit that the repository does not have.',
  GIT_REPOSITORY_MISSING: 'A git layer names a folder that is no repository.',
  GROUP_VALUE_MISSING:
    'A module declares a group that asks for a value which nothing gives, so that no run has it.',
  HARD_LINK: 'Files have other names on the disk, so that what is written there is changed here too.',
  INTERNAL: 'Something failed in a way that nobody foresaw.',
  LINK_LEAVES_ROOT: 'A symbolic link leads out of the root.',
  MODULE_GROUPS: 'A module declares a group of operations that cannot be used, and it was left out.',
  MODULE_METADATA: 'A key of the metadata has a value of the wrong shape and was left out.',
  MODULE_UNREADABLE: 'The file could not be read or understood.',
  NAME_AMBIGUOUS: 'Two names are the same on some systems, where one file hides the other.',
  NAME_TWICE: 'Two commands, agents or skills of one place have one name, and a host finds only one of them.',
  NAME_UNSAFE: 'The name of a file means something else on another system.',
  NOT_A_FILE: 'What should be a file is something else.',
  NOT_A_FOLDER: 'What should be a folder is something else.',
  NOT_A_MODULE: 'A reference that should name a module names something else.',
  HOOKS_FROZEN: 'A plugin tapped, provided or contributed after its apply() had ended.',
  NOT_FOUND: 'A file that was listed is not there any more.',
  ONE_SIDED: 'One module says that it needs or serves another, which has such a list and does not say so.',
  ORPHAN: 'Nothing refers to the module, and no host loads it by itself.',
  OUTSIDE_ROOT: 'A reference leaves the root of the project.',
  PACKAGE_BROKEN: 'A package that should be a layer cannot be read.',
  PACKAGE_LAYOUT: 'A package that should be a layer holds no modules where they are looked for.',
  PACKAGE_MISSING: 'A package that should be a layer is not installed.',
  PACKAGE_NAME: 'The name of a package is none.',
  PACKAGE_TWICE: 'One package is named twice as a layer.',
  PLUGIN_FAILED: 'A plugin threw; everything else went on without it.',
  PLUGIN_NAME: 'A plugin tapped under the name of another.',
  PLUGIN_SHAPE: 'A plugin gave something of the wrong shape, which was left out.',
  PLUGIN_SKIPPED: 'A plugin was left out because one that it depends on failed.',
  PLUGIN_TIMEOUT: 'A plugin did not settle in time; everything else went on without it.',
  PLUGIN_UNKNOWN: 'A plugin names another, for its place among them, that is not there.',
  REFERENCE_AMBIGUOUS: 'A reference fits several files, and none of them is taken.',
  REFERENCE_CASE: 'A reference differs from its file in letter case, so that it breaks on some systems.',
  REFERENCE_CYCLE: 'Modules need each other in a ring.',
  REFERENCE_MISSING:
    'A reference names a file that does not exist; hosts load nothing in its place, silently.',
  REFERENCE_SEARCHED: 'A reference was only found by searching, which hosts do not do.',
  REFERENCE_SYNTAX: 'A text that should be a reference is none.',
  SERVICE_MISSING: 'A plugin uses a service that no plugin before it provides.',
  SERVICE_TWICE: 'Two plugins provide a service of one name.',
  REFERENCE_UNICODE: 'A reference writes its letters in another Unicode form than the name of its file.',
  SUPPRESSION_CODE: 'A directive to ignore findings names no code, or one that does not exist.',
  SUPPRESSION_REASON: 'A directive to ignore findings gives no reason and therefore ignores nothing.',
  SUPPRESSION_UNUSED: 'A directive to ignore findings ignores nothing.',
  TOO_LARGE: 'The file is larger than is read.',
  UNREADABLE: 'The system refused to read the file.',
} as const

/** A code of our own that a check can report. */
export type CheckCode = keyof typeof meanings

/** Every code of our own that a check can report, sorted. */
export const checkCodes: readonly CheckCode[] = Object.keys(meanings).toSorted() as CheckCode[]

/** What a code of our own means; undefined for codes of plugins and unknown ones. */
export function meaningOf(code: string): string | undefined {
  return Object.hasOwn(meanings, code) ? meanings[code as CheckCode] : undefined
}

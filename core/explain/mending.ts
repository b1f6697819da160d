import type { CodeExplanations } from './explanation.ts'

/** Codes of `fix` and `rename`. */
export const mendingCodes: CodeExplanations = {
  CONFIDENCE_OUT_OF_RANGE: {
    means: 'A confidence was asked for that no repair has.',
    example: 'heddle fix --confidence 2',
    repair: 'Ask for one from 0.6 to 1.',
  },
  PATH_MISSING: {
    means: 'A path was named that is not in the project.',
    example: 'heddle fix docs/gone',
    repair: 'Name a file or folder that exists.',
  },
  RENAMED: {
    means: 'Marks the edits of a rename in its JSON; it is no fault.',
    example: 'heddle rename a.md b.md --format json',
    repair: 'Nothing is to be done.',
  },
  RENAME_ENDING: {
    means: 'A module would become something else than a markdown file, or the other way round.',
    example: 'heddle rename a.md a.txt',
    repair: 'Keep the ending.',
  },
  RENAME_EXISTS: {
    means: 'There is something at the new place already. Nothing is overwritten.',
    example: 'heddle rename a.md b.md, and b.md exists.',
    repair: 'Choose another name, or remove it first.',
  },
  RENAME_INSIDE: {
    means: 'A folder cannot be moved into itself.',
    example: 'heddle rename modules modules/old',
    repair: 'Choose a place outside of it.',
  },
  RENAME_LAYER: {
    means: "The module belongs to a layer that is not this project's to change.",
    example: 'heddle rename heddle:modules/patterns/tdd.md …',
    repair: 'Copy the module into the project and change the copy.',
  },
  RENAME_LINK: {
    means: 'What is to be renamed is a link or no ordinary file.',
    example: 'A symbolic link to a module.',
    repair: 'Rename what it points to, or move it by hand.',
  },
  RENAME_MISSING: {
    means: 'There is no such file or folder in the project.',
    example: 'heddle rename @modules/gone.md …',
    repair: 'Write its path, or a reference that resolves.',
  },
  RENAME_REFERENCE: {
    means: 'A reference to the module cannot be written so that it names the new place. Nothing was written.',
    example: 'A memory file that imports @a.md, renamed to a path with a space.',
    repair: 'Change this reference first, or choose another name.',
  },
  RENAME_ROOT: {
    means: 'The root of the project cannot be renamed.',
    example: 'heddle rename . other',
    repair: 'Name a file or folder in it.',
  },
  RENAME_SAME: {
    means: 'That is its name already.',
    example: 'heddle rename a.md ./a.md',
    repair: 'Choose another name.',
  },
}

import { lstatSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { wrongUsage } from '../exit.ts'

/** A file to be made: its path from the root and its text. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/** The paths that stand already, links to nowhere included. */
export function findTaken(root: string, files: readonly NewFile[]): string[] {
  return files
    .map(({ path }) => path)
    .filter((path) => lstatSync(join(root, path), { throwIfNoEntry: false }))
}

/**
 * Writes the files, folders made as needed; never over anything, and never out of the root by a link. Throws the system's
 * EEXIST for a file that came into being meanwhile.
 */
export function placeFiles(root: string, files: readonly NewFile[]): void {
  const real = realpathSync(root)
  for (const { path, text } of files) {
    const folder = join(root, dirname(path))
    mkdirSync(folder, { recursive: true })
    if (realpathSync(folder) !== real && !realpathSync(folder).startsWith(real + sep))
      wrongUsage(`"${dirname(path)}" leads out of the project.`, 'Replace the link by a folder.')
    writeFileSync(join(root, path), text, { flag: 'wx' })
  }
}

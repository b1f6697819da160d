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
  for (const { path } of files) if (!isBelow(root, dirname(path))) leadsOut(path)
  for (const { path, text } of files) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text, { flag: 'wx' })
  }
}

/** True when the nearest folder on the way that exists lies in the root, links followed. */
function isBelow(root: string, folder: string): boolean {
  const there = lstatSync(join(root, folder), { throwIfNoEntry: false })
  if (!there) return folder === '.' || isBelow(root, dirname(folder))
  const [real, top] = [realpathSync(join(root, folder)), realpathSync(root)]
  return real === top || real.startsWith(top + sep)
}

function leadsOut(path: string): never {
  return wrongUsage(`"${dirname(path)}" leads out of the project.`, 'Replace the link by a folder.')
}

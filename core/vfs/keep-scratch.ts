import { cpSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { HeddleError } from '../base/diagnostic.ts'
import type { Files } from './file-system.ts'
import type { OverlayMount } from '../base/namespace.ts'
import type { Path } from './path.ts'

/**
 * Puts caches, reports and what git ignores from an overlay to where the program believes them to be, since the next one is
 * faster with them; what the gate keeps closed stays out. What cannot be kept is made anew by whoever needs it: nothing fails.
 */
export async function keepScratch(
  paths: readonly Path[],
  { upper, folder }: OverlayMount,
  files: Files,
): Promise<void> {
  for (const path of paths) {
    const from = join(upper, path)
    if (lstatSync(from, { throwIfNoEntry: false }) === undefined) continue
    try {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      const filter = await createFilter(from)
      cpSync(from, join(folder, path), { recursive: true, verbatimSymlinks: true, filter })
    } catch {
      // A cache that could not be kept is no loss that anybody has to know of.
    }
  }

  /** Closed paths are found before, for the copying asks without waiting. */
  async function createFilter(top: string): Promise<(from: string, to: string) => boolean> {
    const closed = new Set<string>()
    await findClosed(top, closed)
    return (from, to) => {
      const entry = lstatSync(from)
      // In an overlay this is how a name is kept that was removed.
      if (entry.isCharacterDevice() && entry.rdev === 0) rmSync(to, { recursive: true, force: true })
      return (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()) && !closed.has(from)
    }
  }

  async function findClosed(from: string, closed: Set<string>): Promise<void> {
    if (await isClosed(files, relative(upper, from).split(sep).join('/') as Path)) {
      closed.add(from)
      return
    }
    if (!lstatSync(from).isDirectory()) return
    for (const name of readdirSync(from)) await findClosed(join(from, name), closed)
  }
}

async function isClosed(files: Files, path: Path): Promise<boolean> {
  try {
    await files.stat(path)
    return false
  } catch (thrown) {
    return !(thrown instanceof HeddleError) || thrown.code === 'DENIED_BY_RULE'
  }
}

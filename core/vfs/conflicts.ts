import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openStateFolder } from './durable.ts'
import type { Path } from './path.ts'

/** What a workspace had made of one path, when it could not be put there. */
export interface KeptChange {
  readonly path: Path
  readonly type: 'added' | 'changed' | 'removed'
  /** Undefined for what was removed, and for folders. */
  readonly bytes: Uint8Array | undefined
}

/**
 * Keeps changes in an absolute folder of our own state: the files below `files/`, and in `changes.json` what was done to each
 * path. What is there already is replaced.
 */
export async function keepChanges(folder: string, changes: readonly KeptChange[]): Promise<void> {
  await openStateFolder(folder)
  await rm(join(folder, 'files'), { recursive: true, force: true })
  for (const { path, bytes } of changes) if (bytes) await keepFile(folder, path, bytes)
  const list = changes.map(({ path, type }) => ({ path, type }))
  await writeFile(join(folder, 'changes.json'), `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 })
}

/** Keeps one file below `files/` of an absolute folder of our own state. */
export async function keepFile(folder: string, path: Path, bytes: Uint8Array): Promise<void> {
  const place = join(folder, 'files', path)
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  await writeFile(place, bytes, { mode: 0o600 })
}

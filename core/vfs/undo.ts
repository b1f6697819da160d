import { HeddleError } from '../base/diagnostic.ts'
import { keepFile } from './conflicts.ts'
import { type ModeFiles, writerOf } from './disk.ts'
import { isAlive } from './durable.ts'
import type { Files, SettlingFiles, WritableFiles } from './file-system.ts'
import type { Moved } from './first-looks.ts'
import type { Original } from './original.ts'
import { fileWith, isSame, lookAt } from './original.ts'
import { childOf, parentOf, type Path } from './path.ts'
import { run } from './steps.ts'

/** What to bring back at one path. */
export type Previous =
  | { readonly path: Path; readonly type: 'absent' }
  | { readonly path: Path; readonly type: 'folder' }
  | {
      readonly path: Path
      readonly type: 'file'
      readonly bytes: Uint8Array
      readonly mode: number | undefined
    }

/** One change to the files: what was there, and what is put there. */
export interface Step {
  readonly previous: Previous
  readonly after: Original
}

/** Settles when what is at the paths is on the disk, where the files are on one. */
export async function settle(files: Files, paths: readonly Path[]): Promise<void> {
  if ('settle' in files) await (files as SettlingFiles).settle(paths)
}

/** Brings everything back, last step first; what somebody else has changed stays, unless `isOurs`. Gives what stayed. */
export async function bringBack(
  steps: readonly Step[],
  files: WritableFiles,
  isOurs: (path: Path) => boolean = () => false,
): Promise<readonly Moved[]> {
  const stayed: Moved[] = []
  for (const step of steps.toReversed()) {
    const moved = isOurs(step.previous.path) ? undefined : await findMoved(step, files)
    if (moved) stayed.push(moved)
    else await bringBackOne(step.previous, files)
  }
  return stayed
}

/** Keeps what somebody else has made of the paths meanwhile in a folder of our own state; gives those paths. */
export async function keepMoved(
  steps: readonly Step[],
  files: Files,
  keepIn: string,
): Promise<readonly Path[]> {
  const kept: Path[] = []
  for (const step of steps) {
    const moved = await findMoved(step, files)
    if (moved?.now.type !== 'file') continue
    await keepFile(keepIn, moved.path, await files.read(moved.path))
    kept.push(moved.path)
  }
  return kept
}

/** Removes what a process that is gone was writing beside the paths of the steps. */
export async function removeUnfinished(steps: readonly Step[], files: WritableFiles): Promise<void> {
  for (const folder of new Set(pathsOf(steps).map(parentOf))) {
    if ((await files.stat(folder))?.type !== 'directory') continue
    for (const { name } of (await files.list(folder)) ?? []) {
      const writer = writerOf(name)
      if (writer !== undefined && !isAlive(writer)) await files.remove(childOf(folder, name))
    }
  }
}

/** What the steps are about. */
export function pathsOf(steps: readonly Step[]): readonly Path[] {
  return steps.map(({ previous }) => previous.path)
}

/** What is neither what was put there nor what was there before is somebody else's. */
async function findMoved({ previous, after }: Step, files: Files): Promise<Moved | undefined> {
  if (after.type === 'other') return undefined
  const now = await run(lookAt(files, previous.path))
  const isKnown = isSame(now, after) || isSame(now, originalOf(previous)) || areFolders(now, after)
  return isKnown || areFolders(now, previous) ? undefined : { path: previous.path, first: after, now }
}

/** The names in a folder are told by their own paths. */
function areFolders(a: { readonly type: string }, b: { readonly type: string }): boolean {
  return a.type === 'folder' && b.type === 'folder'
}

async function bringBackOne(previous: Previous, files: WritableFiles): Promise<void> {
  const { path } = previous
  const current = (await files.stat(path))?.type
  if (previous.type === 'absent') {
    // A folder of ours in which a process has left something of its own stays.
    const isUsed = current === 'directory' && ((await files.list(path)) ?? []).length > 0
    if (current !== undefined && !isUsed) await removeUnlessClosed(path, files)
    return
  }
  const isOtherKind = (current === 'directory') !== (previous.type === 'folder')
  if (current !== undefined && isOtherKind) await files.remove(path)
  if (previous.type !== 'file') {
    await files.makeFolder(path)
    return
  }
  await files.write(path, previous.bytes)
  if (previous.mode !== undefined && 'setMode' in files) (files as ModeFiles).setMode(path, previous.mode)
}

/** What a rule keeps closed shows in no listing; a folder that holds it stays. */
async function removeUnlessClosed(path: Path, files: WritableFiles): Promise<void> {
  try {
    await files.remove(path)
  } catch (thrown) {
    if (!(thrown instanceof HeddleError) || thrown.code !== 'DENIED_BY_RULE') throw thrown
  }
}

/** What was there, as it would be found. */
export function originalOf(previous: Previous): Original {
  if (previous.type === 'file') return fileWith(previous.bytes)
  return { type: previous.type, mark: '' }
}

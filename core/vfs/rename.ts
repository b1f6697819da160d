import type { Cells } from './cells.ts'
import type { Files, RenamableFiles, WritableFiles } from './file-system.ts'
import type { Overlay } from './overlay.ts'
import type { Path } from './path.ts'
import { childOf, isWithin, rootPath } from './path.ts'
import { notAFile, notFound, refusal, rootStays, shown } from './refusals.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat, run } from './steps.ts'

/** Two paths that have passed the gate. */
export interface Renaming {
  readonly from: Path
  readonly to: Path
}

/** An overlay, the cells that it writes to, and whether there is room in them. */
export interface RenameGround {
  readonly label: string
  readonly overlay: Overlay
  readonly cells: Cells
  growing?(paths: readonly Path[], bytes: number): void
}

/** What is at a path and below it, folders before what is in them. */
interface Found {
  /** Below the path that is renamed; empty for itself. */
  readonly below: string
  /** Undefined for a folder. */
  readonly bytes: Uint8Array | undefined
}

/** `rename` of RenamableFiles in an overlay: everything is read before anything is written. Permissions go along. */
export function* renameIn(ground: RenameGround, { from, to }: Renaming): Steps<void> {
  const { label, overlay, cells } = ground
  const found = yield* collect({ label, ...overlay }, { from, to })
  if (from === to) return
  const bytes = found.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)
  ground.growing?.(
    found.map(({ below }) => under(to, below)),
    bytes,
  )
  for (const { below, bytes } of found) {
    const source = under(from, below)
    const cell = cells.get(source)
    if (bytes) yield* overlay.write(under(to, below), bytes, (cell?.type === 'file' && cell.origin) || source)
    else yield* overlay.makeFolder(under(to, below))
  }
  yield* overlay.remove(from)
}

/**
 * Moves a file or folder within any writable files: by their own `rename` where they have it, otherwise by reading, writing
 * and removing, each of which may fail by itself. Rejects as `rename` of RenamableFiles does.
 */
export async function renamePath(files: WritableFiles, from: Path, to: Path): Promise<void> {
  if (isRenamable(files)) return files.rename(from, to)
  const found: readonly Found[] = await run(collect(asking(files), { from, to }))
  if (from === to) return
  for (const { below, bytes } of found) {
    if (bytes) await files.write(under(to, below), bytes)
    else await files.makeFolder(under(to, below))
  }
  await files.remove(from)
}

/** True when the files have a `rename` of their own. */
export function isRenamable(files: WritableFiles): files is RenamableFiles {
  return 'rename' in files
}

type Reading = { readonly label: string } & Pick<Overlay, 'stat' | 'list' | 'read'>

function asking(files: Files): Reading {
  return {
    label: files.label,
    stat: (path) => askStat(files, path),
    list: (path) => askList(files, path),
    read: (path) => askRead(files, path),
  }
}

function* collect(files: Reading, { from, to }: Renaming): Steps<readonly Found[]> {
  if (from === rootPath || to === rootPath) throw rootStays()
  const type = (yield* files.stat(from))?.type
  if (type === undefined) throw notFound(files.label, from)
  if (from !== to && isWithin(to, from)) throw intoItself(files.label, from, to)
  if (from !== to && type === 'directory') yield* requireFree(files, to)
  return yield* collectBelow(files, from, '')
}

function* collectBelow(files: Reading, from: Path, below: string): Steps<Found[]> {
  const path = under(from, below)
  if ((yield* files.stat(path))?.type !== 'directory') return [{ below, bytes: yield* files.read(path) }]
  const found: Found[] = [{ below, bytes: undefined }]
  for (const { name, type } of (yield* files.list(path)) ?? []) {
    if (type === 'link' || type === 'other') throw notAFile(files.label, childOf(path, name), `a ${type}`)
    found.push(...(yield* collectBelow(files, from, below === '' ? name : `${below}/${name}`)))
  }
  return found
}

/** A folder takes the place of nothing, or of an empty folder. */
function* requireFree(files: Reading, to: Path): Steps<void> {
  const type = (yield* files.stat(to))?.type
  const entries = type === 'directory' ? ((yield* files.list(to)) ?? []) : []
  if (entries.length > 0) throw notAFile(files.label, to, 'a folder with something in it')
}

function under(path: Path, below: string): Path {
  return below === '' ? path : childOf(path, below)
}

function intoItself(label: string, from: Path, to: Path): Error {
  const message = `${shown(label, from)} cannot be moved to ${shown(label, to)}, which is inside it.`
  return refusal('NOT_A_FOLDER', message, 'Name a place outside of it.')
}

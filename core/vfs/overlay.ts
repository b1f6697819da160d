import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Cell, Cells } from './cells.ts'
import type { Entry, EntryType, Files, FileStat, Looked, SyncFiles, UseRead } from './file-system.ts'
import type { Gate } from './gate.ts'
import type { Path } from './path.ts'
import { childOf, nameOf, parentOf, rootPath } from './path.ts'
import { passAsWritten, readMixed, readOne, readOneByOne } from './read-rows.ts'
import { notAFile, notAFolder, notFound, rootStays } from './refusals.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat, run, runNow } from './steps.ts'

/** Who wants to know what happens in an overlay. */
export interface OverlayListener {
  /** The base answered a read with these bytes. */
  read?(path: Path, bytes: Uint8Array): void
  /** The base was asked what is at a path, and nothing above decided it. */
  asked?(path: Path, present: boolean): void
  /** The base's own part of a listing was shown. */
  listed?(path: Path): void
  /** What is at this path in the base is about to be covered. */
  covering?(path: Path): Steps<void>
  /** These paths are about to be written or made, with so many bytes; throws when there is no room for them. */
  growing?(paths: readonly Path[], bytes: number): void
  /** The path has been written, made or removed. */
  changed?(path: Path): void
}

export interface OverlayOptions {
  readonly base: Files
  /** Asked at every use, so that the owner may put another tree in its place. */
  readonly cells: () => Cells
  readonly listener: OverlayListener
  /** Milliseconds since 1970, for the time of change of what is written. */
  readonly now: () => number
}

/** The calls of writable files over a base that is only ever read; paths have passed the gate. */
export interface Overlay {
  readonly stat: (path: Path) => Steps<FileStat | undefined>
  readonly list: (path: Path) => Steps<readonly Entry[] | undefined>
  readonly read: (path: Path) => Steps<Uint8Array>
  /** `readEach` of SyncFiles; only over a base that answers at once. */
  readonly readEach: (paths: readonly Path[], use: UseRead) => number
  /** Takes the bytes over: nobody may change them afterwards. With `origin` they are those of a file that moves from there. */
  readonly write: (path: Path, bytes: Uint8Array, origin?: Path) => Steps<void>
  readonly remove: (path: Path) => Steps<void>
  readonly makeFolder: (path: Path) => Steps<void>
}

/** Copy-on-write: reads fall through to the base, writes and removals stay in the cells. */
export function createOverlay({ base, cells, listener, now }: OverlayOptions): Overlay {
  function* look(path: Path): Steps<FileStat | undefined> {
    const cell = cells().get(path)
    if (cell) return statOf(cell)
    if (!cells().seesBelow(parentOf(path))) return undefined
    const found = yield* askStat(base, path)
    return found ?? (holdsLive(path) ? { type: 'directory', size: 0, modified: 0 } : undefined)
  }

  /** A folder that was taken away from outside is still there for what we put in it. */
  function holdsLive(path: Path): boolean {
    for (const cell of cells().in(path).values()) if (cell.type !== 'removed') return true
    return false
  }

  function* stat(path: Path): Steps<FileStat | undefined> {
    const found = yield* look(path)
    if (fallsThrough(path)) listener.asked?.(path, found !== undefined)
    return found
  }

  function fallsThrough(path: Path): boolean {
    return cells().get(path) === undefined && cells().seesBelow(parentOf(path))
  }

  function* list(path: Path): Steps<readonly Entry[] | undefined> {
    if (cells().get(path)?.type === 'file') throw notAFolder(base.label, path)
    const through = cells().seesBelow(path)
    if (through) listener.listed?.(path)
    const entries = yield* enumerate(path)
    if (through && !entries) listener.asked?.(path, false)
    return entries
  }

  function* enumerate(path: Path): Steps<readonly Entry[] | undefined> {
    const cell = cells().get(path)
    if (cell?.type === 'removed') return undefined
    const below = cells().seesBelow(path) ? yield* askList(base, path) : undefined
    if (!below && !cell && !holdsLive(path)) return undefined
    const own = cells().in(path)
    if (own.size === 0) return below ?? []
    const merged = (below ?? []).filter(({ name }) => !own.has(name))
    for (const [name, cell] of own) if (cell.type !== 'removed') merged.push({ name, type: typeOf(cell) })
    return merged.sort((a, b) => compareText(a.name, b.name))
  }

  function* read(path: Path): Steps<Uint8Array> {
    const cell = cells().get(path)
    if (cell?.type === 'file') return cell.bytes.slice()
    if (cell?.type === 'folder' || path === rootPath || (!cell && holdsLive(path))) {
      throw notAFile(base.label, path, 'a folder')
    }
    if (!fallsThrough(path)) throw notFound(base.label, path)
    try {
      const bytes = yield* askRead(base, path)
      noteRead(path, bytes)
      return bytes
    } catch (thrown) {
      noteFailure(path, thrown)
      throw thrown
    }
  }

  function noteRead(path: Path, bytes: Uint8Array): void {
    listener.read?.(path, bytes)
    listener.asked?.(path, true)
  }

  function noteFailure(path: Path, thrown: unknown): void {
    listener.asked?.(path, !(thrown instanceof HeddleError && thrown.code === 'NOT_FOUND'))
  }

  function readEach(paths: readonly Path[], use: UseRead): number {
    const alone = (path: Path): Uint8Array => runNow(read(path))
    return readMixed(paths, { isPlain, readRow, alone: (path) => readOne({ read: alone }, path) }, use)
  }

  function isPlain(path: Path): boolean {
    return cells().empty || (path !== rootPath && fallsThrough(path) && !holdsLive(path))
  }

  function readRow(paths: readonly Path[], use: UseRead): number {
    const sync = base.sync!
    const noted = (found: Looked | HeddleError, index: number): boolean => {
      if (found instanceof HeddleError) noteFailure(paths[index]!, found)
      else noteRead(paths[index]!, found.bytes)
      return use(found, index)
    }
    return sync.readEach ? sync.readEach(paths, noted) : readOneByOne(sync, paths, noted)
  }

  function* write(path: Path, bytes: Uint8Array, origin = originOf(path)): Steps<void> {
    const missing = yield* missingFolders(parentOf(path))
    const found = path === rootPath ? 'directory' : (yield* look(path))?.type
    if (found === 'directory') throw notAFile(base.label, path, 'a folder')
    if (found === 'other') throw notAFile(base.label, path, 'something special')
    listener.growing?.([...missing, path], bytes.length)
    yield* cover([...missing, path])
    for (const folder of missing) putFolder(folder)
    cells().set(path, { type: 'file', bytes, modified: now(), ...(origin !== undefined && { origin }) })
    listener.changed?.(path)
  }

  function originOf(path: Path): Path | undefined {
    const cell = cells().get(path)
    return cell?.type === 'file' ? cell.origin : undefined
  }

  function* makeFolder(path: Path): Steps<void> {
    const missing = yield* missingFolders(path)
    listener.growing?.(missing, 0)
    yield* cover(missing)
    for (const folder of missing) putFolder(folder)
  }

  /** The folders on the way to `path` that do not exist yet, outermost first. */
  function* missingFolders(path: Path): Steps<Path[]> {
    const missing: Path[] = []
    for (let at = path; at !== rootPath; at = parentOf(at)) {
      const found = yield* look(at)
      if (found?.type === 'directory') break
      if (found) throw notAFolder(base.label, at)
      missing.unshift(at)
    }
    return missing
  }

  function putFolder(path: Path): void {
    const opaque = cells().get(path)?.type === 'removed'
    cells().set(path, { type: 'folder', opaque, modified: now() })
    listener.changed?.(path)
  }

  function* cover(paths: readonly Path[]): Steps<void> {
    if (listener.covering) for (const path of paths) yield* listener.covering(path)
  }

  function* remove(path: Path): Steps<void> {
    if (path === rootPath) throw rootStays()
    // Through the listing, since a link is removed itself, wherever it leads.
    const siblings = yield* listIfFolder(parentOf(path))
    const entry = siblings?.find(({ name }) => name === nameOf(path))
    if (!entry) return
    const gone = [path, ...(entry.type === 'directory' ? yield* everythingBelow(path) : [])]
    yield* cover(gone)
    const inBase = cells().seesBelow(parentOf(path)) && (yield* baseHas(path))
    cells().deleteBelow(path)
    if (inBase) cells().set(path, { type: 'removed' })
    else cells().delete(path)
    for (const each of gone) listener.changed?.(each)
  }

  function* listIfFolder(path: Path): Steps<readonly Entry[] | undefined> {
    return path === rootPath || (yield* look(path))?.type === 'directory' ? yield* enumerate(path) : undefined
  }

  function* baseHas(path: Path): Steps<boolean> {
    const parent = parentOf(path)
    if (parent !== rootPath && (yield* askStat(base, parent))?.type !== 'directory') return false
    const entries = yield* askList(base, parent)
    return entries?.some(({ name }) => name === nameOf(path)) ?? false
  }

  function* everythingBelow(folder: Path): Steps<Path[]> {
    const found: Path[] = []
    for (const { name, type } of (yield* enumerate(folder)) ?? []) {
      const path = childOf(folder, name)
      found.push(path)
      if (type === 'directory') found.push(...(yield* everythingBelow(path)))
    }
    return found
  }

  return { stat, list, read, readEach, write, remove, makeFolder }
}

function statOf(cell: Cell): FileStat | undefined {
  if (cell.type === 'removed') return undefined
  return { type: typeOf(cell), size: cell.type === 'file' ? cell.bytes.length : 0, modified: cell.modified }
}

function typeOf(cell: Cell): EntryType {
  return cell.type === 'file' ? 'file' : 'directory'
}

/** Who says which paths pass, and gives them normalised. */
export type Admission = Pick<Gate, 'require' | 'admitting'>

/** For paths that have passed. */
export const passed: Admission = { require: (path) => path as Path, admitting: () => () => true }

/** The reading half of an overlay as Files; synchronous too when the base is. */
export function readingOf(base: Files, overlay: Overlay, { require, admitting }: Admission): Files {
  function* admitted<T>(path: Path, call: (path: Path) => Steps<T>): Steps<T> {
    return yield* call(require(path))
  }
  const sync: SyncFiles = {
    stat: (path) => runNow(overlay.stat(require(path))),
    list: (path) => runNow(overlay.list(require(path))),
    read: (path) => runNow(overlay.read(require(path))),
    readEach: (paths, use) =>
      passAsWritten(paths, admitting) ? overlay.readEach(paths, use) : readOneByOne(sync, paths, use),
  }
  return {
    label: base.label,
    stat: (path) => run(admitted(path, overlay.stat)),
    list: (path) => run(admitted(path, overlay.list)),
    read: (path) => run(admitted(path, overlay.read)),
    ...(base.sync && { sync }),
  }
}

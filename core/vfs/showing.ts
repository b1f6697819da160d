import { compareText, HeddleError } from '../base/diagnostic.ts'
import { copyOf } from './bytes.ts'
import type { Cell, ShownCells } from './cells.ts'
import type { Entry, EntryType, Files, FileStat, Looked, SyncFiles, UseRead } from './file-system.ts'
import type { Gate } from './gate.ts'
import type { Path } from './path.ts'
import { parentOf, rootPath } from './path.ts'
import { passAsWritten, readMixed, readOne, readOneByOne } from './read-rows.ts'
import { notAFile, notAFolder, notFound } from './refusals.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat, run, runNow } from './steps.ts'

/** Who wants to know what is looked at through cells. */
export interface ShowingListener {
  /** The base answered a read with these bytes. */
  read?(path: Path, bytes: Uint8Array): void
  /** The base was asked what is at a path, and nothing above decided it. */
  asked?(path: Path, present: boolean): void
  /** The base's own part of a listing was shown. */
  listed?(path: Path): void
}

export interface ShowingOptions {
  readonly base: Files
  /** Asked at every use, so that the owner may put another tree in its place. */
  readonly cells: () => ShownCells
  readonly listener: ShowingListener
}

/** The reading calls of files that show a base through cells; paths have passed the gate. */
export interface Showing {
  /** `stat` that nobody is told of. */
  readonly look: (path: Path) => Steps<FileStat | undefined>
  readonly stat: (path: Path) => Steps<FileStat | undefined>
  readonly list: (path: Path) => Steps<readonly Entry[] | undefined>
  /** `list` that nobody is told of. */
  readonly enumerate: (path: Path) => Steps<readonly Entry[] | undefined>
  readonly read: (path: Path) => Steps<Uint8Array>
  /** `stat` and `read` without steps, and `readEach` of SyncFiles; only over a base that answers at once. */
  readonly statNow: (path: Path) => FileStat | undefined
  readonly readNow: (path: Path) => Uint8Array
  readonly readEach: (paths: readonly Path[], use: UseRead) => number
}

/** Reads fall through to the base where no cell says otherwise. */
export function createShowing({ base, cells, listener }: ShowingOptions): Showing {
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
    if (cell?.type === 'file') return copyOf(cell.bytes)
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

  /** Most of what is asked lies in the base alone, and steps would take longer than the answer. */
  function statNow(path: Path): FileStat | undefined {
    if (!isPlain(path)) {
      const cell = cells().get(path)
      return (cell && statOf(cell)) ?? runNow(stat(path))
    }
    const found = base.sync!.stat(path)
    listener.asked?.(path, found !== undefined)
    return found
  }

  function readNow(path: Path): Uint8Array {
    if (!isPlain(path)) {
      const cell = cells().get(path)
      return cell?.type === 'file' ? copyOf(cell.bytes) : runNow(read(path))
    }
    try {
      const bytes = base.sync!.read(path)
      noteRead(path, bytes)
      return bytes
    } catch (thrown) {
      noteFailure(path, thrown)
      throw thrown
    }
  }

  function isPlain(path: Path): boolean {
    const shown = cells()
    if (shown.empty || (path !== rootPath && shown.isUntouched?.(path))) return true
    return path !== rootPath && fallsThrough(path) && !holdsLive(path)
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

  return { look, stat, list, enumerate, read, statNow, readNow, readEach }
}

function statOf(cell: Cell): FileStat | undefined {
  if (cell.type === 'removed') return undefined
  return { type: typeOf(cell), size: cell.type === 'file' ? cell.bytes.length : 0, modified: cell.modified }
}

function typeOf(cell: Cell): EntryType {
  return cell.type === 'file' ? 'file' : 'directory'
}

/** Who says which paths pass, and gives them normalised; all pass where nobody says which names do. */
export type Admission = Pick<Gate, 'require'> & Partial<Pick<Gate, 'admitting'>>

/** For paths that have passed. */
export const passed: Admission = { require: (path) => path as Path }

/** What is shown as Files; synchronous too when the base is. */
export function readingOf(base: Files, showing: Showing, { require, admitting }: Admission): Files {
  function* admitted<T>(path: Path, call: (path: Path) => Steps<T>): Steps<T> {
    return yield* call(require(path))
  }
  const sync: SyncFiles = {
    stat: (path) => showing.statNow(require(path)),
    list: (path) => runNow(showing.list(require(path))),
    read: (path) => showing.readNow(require(path)),
    readEach: (paths, use) =>
      admitting === undefined || passAsWritten(paths, admitting)
        ? showing.readEach(paths, use)
        : readOneByOne(sync, paths, use),
  }
  const list = (path: Path): Promise<readonly Entry[] | undefined> => run(admitted(path, showing.list))
  if (base.sync) {
    return {
      label: base.label,
      stat: async (path) => sync.stat(path),
      list,
      read: async (path) => sync.read(path),
      sync,
    }
  }
  return {
    label: base.label,
    stat: (path) => run(admitted(path, showing.stat)),
    list,
    read: (path) => run(admitted(path, showing.read)),
  }
}

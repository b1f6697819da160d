import type { Cells } from './cells.ts'
import type { Entry, Files } from './file-system.ts'
import type { Path } from './path.ts'
import { childOf, nameOf, parentOf, rootPath } from './path.ts'
import { notAFile, notAFolder, rootStays } from './refusals.ts'
import { createShowing, type Showing, type ShowingListener } from './showing.ts'
import type { Steps } from './steps.ts'
import { askList, askStat } from './steps.ts'

/** Who wants to know what happens in an overlay. */
export interface OverlayListener extends ShowingListener {
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
export interface Overlay extends Showing {
  /** Takes the bytes over: nobody may change them afterwards. With `origin` they are those of a file that moves from there. */
  readonly write: (path: Path, bytes: Uint8Array, origin?: Path) => Steps<void>
  readonly remove: (path: Path) => Steps<void>
  readonly makeFolder: (path: Path) => Steps<void>
  /** Whether the base has this name, a link that leads nowhere included. */
  readonly isInBase: (path: Path) => Steps<boolean>
}

/** Copy-on-write: reads fall through to the base, writes and removals stay in the cells. */
export function createOverlay({ base, cells, listener, now }: OverlayOptions): Overlay {
  const showing = createShowing({ base, cells, listener })
  const { look, enumerate } = showing

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
    const shows = cells().seesBelow(parentOf(path)) && (yield* isInBase(path))
    cells().deleteBelow(path)
    if (shows) cells().set(path, { type: 'removed' })
    else cells().delete(path)
    for (const each of gone) listener.changed?.(each)
  }

  function* listIfFolder(path: Path): Steps<readonly Entry[] | undefined> {
    return path === rootPath || (yield* look(path))?.type === 'directory' ? yield* enumerate(path) : undefined
  }

  function* isInBase(path: Path): Steps<boolean> {
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

  return { ...showing, write, remove, makeFolder, isInBase }
}

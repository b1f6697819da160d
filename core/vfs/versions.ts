import type { Cell, Cells, ShownCells } from './cells.ts'
import { childOf, nameOf, parentOf, type Path } from './path.ts'

/** What one writer says of one path. */
interface Version {
  readonly key: number
  readonly cell: Cell
}

/** What writers have written ahead of their turn, by their places in the serial order: each place sees those before it. */
export interface Versions {
  /**
   * Takes what the writer at `key` wrote, in place of what it wrote before. `paths` are all that it touched, those below a
   * removed folder included; given back together with those of before, for there something may be different now.
   */
  put(key: number, cells: Cells, paths: ReadonlySet<Path>): ReadonlySet<Path>
  /** Forgets what the writer at `key` wrote; gives the paths. */
  drop(key: number): ReadonlySet<Path>
  /** The cells that the place `key` sees; where no writer before it says anything, those of `below`. */
  at(key: number, below: Cells): ShownCells
  /** Bytes of all that is kept here. */
  readonly bytes: number
}

const none: ReadonlySet<Path> = new Set()

/** No versions yet. */
export function createVersions(): Versions {
  /** By folder and name, lowest key first. */
  const folders = new Map<Path, Map<string, Version[]>>()
  const written = new Map<number, { readonly cells: Cells; readonly paths: ReadonlySet<Path> }>()
  let bytes = 0

  function put(key: number, cells: Cells, paths: ReadonlySet<Path>): ReadonlySet<Path> {
    const before = drop(key)
    for (const [path, cell] of cells.all()) insert(path, { key, cell })
    written.set(key, { cells, paths })
    return before.size === 0 ? paths : new Set([...before, ...paths])
  }

  function insert(path: Path, version: Version): void {
    const folder = parentOf(path)
    let names = folders.get(folder)
    if (!names) folders.set(folder, (names = new Map()))
    const versions = names.get(nameOf(path))
    if (!versions) names.set(nameOf(path), [version])
    else versions.splice(countBefore(versions, version.key), 0, version)
    bytes += sizeOf(version.cell)
  }

  function drop(key: number): ReadonlySet<Path> {
    const known = written.get(key)
    if (!known) return none
    written.delete(key)
    for (const [path] of known.cells.all()) dropAt(path, key)
    return known.paths
  }

  function dropAt(path: Path, key: number): void {
    const names = folders.get(parentOf(path))!
    const versions = names.get(nameOf(path))!
    const [gone] = versions.splice(countBefore(versions, key), 1)
    bytes -= sizeOf(gone!.cell)
    if (versions.length > 0) return
    names.delete(nameOf(path))
    if (names.size === 0) folders.delete(parentOf(path))
  }

  return {
    put,
    drop,
    at: (key, below) => showAt(folders, key, below),
    get bytes() {
      return bytes
    },
  }
}

/** Where a version with this key stands, or would. */
function countBefore(versions: readonly Version[], key: number): number {
  let low = 0
  let high = versions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (versions[middle]!.key < key) low = middle + 1
    else high = middle
  }
  return low
}

function sizeOf(cell: Cell): number {
  return cell.type === 'file' ? cell.bytes.length : 0
}

/** Nothing of what was below a cell of these kinds shows through it. */
function hides(cell: Cell): boolean {
  return cell.type !== 'folder' || cell.opaque
}

function showAt(
  folders: ReadonlyMap<Path, ReadonlyMap<string, readonly Version[]>>,
  key: number,
  below: Cells,
): ShownCells {
  /** The newest writer before `key` that hid what was at `path` and below; -1 when none did. */
  function hiderOf(path: Path): number {
    let newest = -1
    for (let at = path; at !== ''; at = parentOf(at)) newest = Math.max(newest, hiderAt(at))
    return newest
  }

  function hiderAt(path: Path): number {
    const versions = folders.get(parentOf(path))?.get(nameOf(path))
    if (!versions) return -1
    for (let index = countBefore(versions, key) - 1; index >= 0; index--) {
      if (hides(versions[index]!.cell)) return versions[index]!.key
    }
    return -1
  }

  function get(path: Path): Cell | undefined {
    const hider = hiderOf(parentOf(path))
    const versions = folders.get(parentOf(path))?.get(nameOf(path))
    const newest = versions?.[countBefore(versions, key) - 1]
    if (newest && newest.key >= hider) return asSeen(newest.cell, path, hider)
    return hider < 0 ? below.get(path) : undefined
  }

  /** A folder says of itself whether it was new to its writer; what hid the older one may have been somebody else. */
  function asSeen(cell: Cell, path: Path, hider: number): Cell {
    if (cell.type !== 'folder' || cell.opaque) return cell
    const isNew = hider >= 0 || hiderAt(path) >= 0 || !below.seesBelow(path)
    return isNew ? { ...cell, opaque: true } : cell
  }

  return {
    get,
    in(folder) {
      const found = new Map<string, Cell>()
      const names = new Set(folders.get(folder)?.keys())
      if (hiderOf(folder) < 0) for (const name of below.in(folder).keys()) names.add(name)
      for (const name of names) {
        const cell = get(childOf(folder, name))
        if (cell) found.set(name, cell)
      }
      return found
    },
    seesBelow: (path) => (folders.size === 0 || hiderOf(path) < 0) && below.seesBelow(path),
    get empty() {
      return folders.size === 0 && below.empty
    },
  }
}

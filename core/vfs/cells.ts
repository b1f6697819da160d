import type { Path } from './path.ts'
import { childOf, isWithin, nameOf, parentOf } from './path.ts'

/**
 * What a layer above says about one path: a file, a folder (`opaque`: nothing shows through from below), or that it is
 * gone. Cells are never changed, only replaced, so a copy of the tree shares them.
 */
export type Cell =
  | {
      readonly type: 'file'
      readonly bytes: Uint8Array
      readonly modified: number
      /** The path in the base that it was moved from, whose permissions it has. */
      readonly origin?: Path
    }
  | { readonly type: 'folder'; readonly opaque: boolean; readonly modified: number }
  | { readonly type: 'removed' }

/** Cells by path, for reading. The root has no cell. */
export interface ShownCells {
  get(path: Path): Cell | undefined
  /** The cells directly in a folder, by name. */
  in(folder: Path): ReadonlyMap<string, Cell>
  /** True when `path` is not hidden by what stands at it or above it. */
  seesBelow(path: Path): boolean
  readonly empty: boolean
  /** True when no cell says anything about `path` or what is directly in it; where that is known at little cost. */
  isUntouched?(path: Path): boolean
}

/** Cells by path, kept by folder so that a listing costs what it shows. */
export interface Cells extends ShownCells {
  set(path: Path, cell: Cell): void
  delete(path: Path): void
  /** Removes the cells of everything below `path`, not its own. */
  deleteBelow(path: Path): void
  /** All cells, folders before what is in them. */
  all(): [Path, Cell][]
  copy(): Cells
  clear(): void
  /** How many cells there are, and how many bytes the files among them hold. */
  readonly count: number
  readonly bytes: number
}

const none: ReadonlyMap<string, Cell> = new Map()

/** An empty tree of cells. */
export function createCells(
  folders = new Map<Path, Map<string, Cell>>(),
  total = { count: 0, bytes: 0 },
): Cells {
  /** Answers since the last change: to look one up takes a tenth of the time to find it. */
  const untouched = new Map<Path, boolean>()

  function weigh(cell: Cell | undefined, sign: 1 | -1): void {
    if (!cell) return
    if (untouched.size > 0) untouched.clear()
    total.count += sign
    if (cell.type === 'file') total.bytes += sign * cell.bytes.length
  }

  /** By path, not from cell to cell: a folder that is only in the base has none, and may still hold some. */
  function deleteBelow(path: Path): void {
    for (const [folder, cells] of folders) {
      if (!isWithin(folder, path)) continue
      for (const cell of cells.values()) weigh(cell, -1)
      folders.delete(folder)
    }
  }

  function get(path: Path): Cell | undefined {
    return folders.get(parentOf(path))?.get(nameOf(path))
  }

  function seesBelow(path: Path): boolean {
    if (folders.size === 0) return true
    for (let at = path; at !== ''; at = parentOf(at)) {
      const cell = get(at)
      if (cell && (cell.type !== 'folder' || cell.opaque)) return false
    }
    return true
  }

  return {
    get,
    set(path, cell) {
      const folder = parentOf(path)
      const cells = folders.get(folder)
      weigh(cells?.get(nameOf(path)), -1)
      weigh(cell, 1)
      if (cells) cells.set(nameOf(path), cell)
      else folders.set(folder, new Map([[nameOf(path), cell]]))
    },
    delete(path) {
      const cells = folders.get(parentOf(path))
      weigh(cells?.get(nameOf(path)), -1)
      if (cells?.delete(nameOf(path)) && cells.size === 0) folders.delete(parentOf(path))
    },
    deleteBelow,
    in: (folder) => folders.get(folder) ?? none,
    all() {
      const found = [...folders].flatMap(([folder, cells]) =>
        [...cells].map(([name, cell]): [Path, Cell] => [childOf(folder, name), cell]),
      )
      return found.sort(([a], [b]) => (a < b ? -1 : 1))
    },
    seesBelow,
    isUntouched(path) {
      let answer = untouched.get(path)
      if (answer === undefined) {
        answer = !folders.has(path) && !get(path) && seesBelow(parentOf(path))
        untouched.set(path, answer)
      }
      return answer
    },
    copy: () =>
      createCells(new Map([...folders].map(([folder, cells]) => [folder, new Map(cells)])), { ...total }),
    clear() {
      folders.clear()
      untouched.clear()
      total.count = total.bytes = 0
    },
    get empty() {
      return folders.size === 0
    },
    get count() {
      return total.count
    },
    get bytes() {
      return total.bytes
    },
  }
}

import type { Path } from './path.ts'
import { childOf, isWithin, nameOf, parentOf } from './path.ts'

/**
 * What a layer above says about one path: a file, a folder (`opaque`: nothing shows through from below), or that it is
 * gone. Cells are never changed, only replaced, so a copy of the tree shares them.
 */
export type Cell =
  | { readonly type: 'file'; readonly bytes: Uint8Array; readonly modified: number }
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
}

const none: ReadonlyMap<string, Cell> = new Map()

/** An empty tree of cells. */
export function createCells(folders = new Map<Path, Map<string, Cell>>()): Cells {
  /** By path, not from cell to cell: a folder that is only in the base has none, and may still hold some. */
  function deleteBelow(path: Path): void {
    for (const folder of folders.keys()) if (isWithin(folder, path)) folders.delete(folder)
  }

  function get(path: Path): Cell | undefined {
    return folders.get(parentOf(path))?.get(nameOf(path))
  }

  return {
    get,
    set(path, cell) {
      const folder = parentOf(path)
      const cells = folders.get(folder)
      if (cells) cells.set(nameOf(path), cell)
      else folders.set(folder, new Map([[nameOf(path), cell]]))
    },
    delete(path) {
      const cells = folders.get(parentOf(path))
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
    seesBelow(path) {
      if (folders.size === 0) return true
      for (let at = path; at !== ''; at = parentOf(at)) {
        const cell = get(at)
        if (cell && (cell.type !== 'folder' || cell.opaque)) return false
      }
      return true
    },
    copy: () => createCells(new Map([...folders].map(([folder, cells]) => [folder, new Map(cells)]))),
    clear: () => folders.clear(),
    get empty() {
      return folders.size === 0
    },
  }
}

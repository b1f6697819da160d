import type { Cell, Cells } from './cells.ts'
import { parentOf, type Path } from './path.ts'

/** What the files below hold at a path that is to be covered. */
export interface Covered {
  /** The name is there, be it a link that leads nowhere: a removal hides only what is there. */
  readonly isInBase: boolean
  readonly isFolder: boolean
}

/** Puts what one operation wrote over what stands in `target`; what is in its way there was decided earlier, and gives way. */
export function mergeCells(
  target: Cells,
  written: Cells,
  covered: (path: Path) => Covered | undefined,
): void {
  const all = written.all().map(([path, cell]): [Path, Cell] => [path, withOrigin(target, cell)])
  for (const [path, cell] of all) {
    if (cell.type === 'removed') removeAt(target, path, covered(path)?.isInBase ?? false)
    else {
      clearWay(target, path)
      putAt(target, { path, cell, isFolder: covered(path)?.isFolder ?? false })
    }
  }
}

/** What was moved here may have been moved before: its permissions are those of the first place. */
function withOrigin(target: Cells, cell: Cell): Cell {
  if (cell.type !== 'file' || cell.origin === undefined) return cell
  const source = target.get(cell.origin)
  return source?.type === 'file' && source.origin !== undefined ? { ...cell, origin: source.origin } : cell
}

function removeAt(target: Cells, path: Path, isInBase: boolean): void {
  const shows = isInBase && target.seesBelow(parentOf(path))
  target.deleteBelow(path)
  if (shows) target.set(path, { type: 'removed' })
  else target.delete(path)
}

/** Every folder on the way is one again, new where something else hid it. */
function clearWay(target: Cells, path: Path): void {
  if (target.seesBelow(parentOf(path))) return
  let isHidden = false
  for (const folder of foldersTo(path)) {
    const cell = target.get(folder)
    const isFolder = cell?.type === 'folder'
    if (cell ? !isFolder : isHidden)
      target.set(folder, { type: 'folder', opaque: cell !== undefined, modified: 0 })
    isHidden ||= cell !== undefined && (!isFolder || cell.opaque)
  }
}

/** Outermost first; without the root, which always is. */
function foldersTo(path: Path): Path[] {
  const folders: Path[] = []
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) folders.unshift(at)
  return folders
}

interface Put {
  readonly path: Path
  readonly cell: Exclude<Cell, { type: 'removed' }>
  readonly isFolder: boolean
}

function putAt(target: Cells, { path, cell, isFolder }: Put): void {
  const known = target.get(path)
  if (cell.type === 'file') {
    if (isFolder || known?.type === 'folder') target.deleteBelow(path)
    target.set(path, cell)
    return
  }
  if (cell.opaque) target.deleteBelow(path)
  else if (known?.type === 'folder') return
  target.set(path, known && !cell.opaque ? { ...cell, opaque: true } : cell)
}

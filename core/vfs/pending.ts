import type { Cells } from './cells.ts'
import type { Original } from './original.ts'
import { absent, fileWith } from './original.ts'
import type { Path } from './path.ts'
import { isWithin, parentOf } from './path.ts'
import type { Regions } from './regions.ts'
import { isInside, isTouched } from './regions.ts'

/** What lies above the base: the cells, and what each covered path was when it was first touched. */
export interface Pending {
  readonly cells: Cells
  readonly before: ReadonlyMap<Path, Original>
}

/** What is at a path after the pending changes. */
export function pendingAt({ cells, before }: Pending, path: Path): Original {
  const cell = cells.get(path)
  if (cell?.type === 'file') return fileWith(cell.bytes)
  if (cell?.type === 'folder') return { type: 'folder', mark: '' }
  const unchanged = !cell && cells.seesBelow(parentOf(path))
  return unchanged ? (before.get(path) ?? absent) : absent
}

/**
 * The pending changes in the regions and on the way there. Where a folder on the way was removed or replaced, all that was in
 * it goes with it.
 */
export function pendingIn({ cells, before }: Pending, regions: Regions): Pending {
  if (regions.includes('')) return { cells, before }
  const hiding = [...before.keys()].filter((path) => {
    const cell = isTouched(path, regions) && !isInside(path, regions) ? cells.get(path) : undefined
    return cell && (cell.type !== 'folder' || cell.opaque)
  })
  const isChosen = (path: Path): boolean =>
    isTouched(path, regions) || hiding.some((folder) => isWithin(path, folder))
  return { cells, before: new Map([...before].filter(([path]) => isChosen(path))) }
}

import type { Cell, Cells } from './cells.ts'
import type { Path } from './path.ts'
import { refusal } from './refusals.ts'

/** How much a workspace holds in memory. */
export interface WorkspaceLimits {
  /** Bytes of files that are not committed; what an operation is just writing counts for itself alone until it ends. */
  readonly maxBytes: number
  /** Files, folders and removals that are not committed. */
  readonly maxEntries: number
  /** Bytes of files and listings that are kept once they were read; the least used are dropped. */
  readonly cacheBytes: number
}

const mebibyte = 1024 * 1024

/** Generous for work on text, and far below what a machine has. */
export const defaultLimits: WorkspaceLimits = {
  maxBytes: 256 * mebibyte,
  maxEntries: 200_000,
  cacheBytes: 64 * mebibyte,
}

/** What is about to be written; the last path is the one that gets the bytes. */
interface Added {
  readonly paths: readonly Path[]
  readonly bytes: number
  /** What is held elsewhere and counts too. */
  readonly others?: { readonly bytes: number; readonly entries: number }
}

/** Throws `QUOTA` when the cells would hold more than they may. */
export function requireRoom(
  cells: Cells,
  { maxBytes, maxEntries }: Omit<WorkspaceLimits, 'cacheBytes'>,
  added: Added,
): void {
  const { paths, bytes, others = { bytes: 0, entries: 0 } } = added
  const fresh = paths.filter((path) => !cells.get(path)).length
  const foundEntries = others.entries + cells.count + fresh
  if (fresh > 0 && foundEntries > maxEntries) throw exceeded(foundEntries, maxEntries, 'entries')
  const replaced = paths.map((path) => cells.get(path)).reduce((sum, cell) => sum + sizeOf(cell), 0)
  const foundBytes = others.bytes + cells.bytes + bytes - replaced
  if (bytes > replaced && foundBytes > maxBytes) throw exceeded(foundBytes, maxBytes, 'bytes')
}

function sizeOf(cell: Cell | undefined): number {
  return cell?.type === 'file' ? cell.bytes.length : 0
}

function exceeded(found: number, limit: number, unit: 'bytes' | 'entries'): Error {
  const key = unit === 'bytes' ? 'maxBytes' : 'maxEntries'
  const message = `The uncommitted changes would be ${found} ${unit}; the limit is ${limit}.`
  return refusal('QUOTA', message, `Write less in one run, or raise workspace.${key} in the configuration.`)
}

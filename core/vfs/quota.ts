import type { Cells } from './cells.ts'
import type { Path } from './path.ts'
import { refusal } from './refusals.ts'

/** How much may be written before it is committed. */
export interface QuotaLimits {
  readonly maxBytes: number
  /** Files, folders and removals. */
  readonly maxEntries: number
}

/** Generous for work on text, and far below what a machine has. */
export const defaultQuota: QuotaLimits = { maxBytes: 256 * 1024 * 1024, maxEntries: 200_000 }

/** Throws `QUOTA` when so many bytes at these paths would be more than the cells may hold; the last path is the one written. */
export function requireRoom(cells: Cells, { maxBytes, maxEntries }: QuotaLimits, added: Added): void {
  const { paths, bytes } = added
  const replaced = paths.length > 0 ? cells.get(paths.at(-1)!) : undefined
  const foundBytes = cells.bytes + bytes - (replaced?.type === 'file' ? replaced.bytes.length : 0)
  if (bytes > 0 && foundBytes > maxBytes) throw exceeded(foundBytes, maxBytes, 'bytes')
  const foundEntries = cells.count + paths.filter((path) => !cells.get(path)).length
  if (paths.length > 0 && foundEntries > maxEntries && foundEntries > cells.count) {
    throw exceeded(foundEntries, maxEntries, 'entries')
  }
}

interface Added {
  readonly paths: readonly Path[]
  readonly bytes: number
}

function exceeded(found: number, limit: number, unit: 'bytes' | 'entries'): Error {
  const key = unit === 'bytes' ? 'maxBytes' : 'maxEntries'
  const message = `The uncommitted changes would be ${found} ${unit}; the limit is ${limit}.`
  return refusal('QUOTA', message, `Write less in one run, or raise workspace.${key} in the configuration.`)
}

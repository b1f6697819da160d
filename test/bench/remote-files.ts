import type { Files } from '../../core/files.ts'

/** What a read takes while the store is not busy, in milliseconds. */
const latencyMs = 20
/** Reads that the store answers at once without slowing down; beyond it more of them make it slower for all. */
const capacity = 40

/**
 * Files as a store far away: a read takes 20 ms while at most 40 are in flight and longer the more there are beyond that, so
 * that throughput falls again. Listings answer at once: reads are what is measured.
 */
export function createRemote(near: Files): {
  readonly files: Files
  /** Most reads in flight at once. */ most(): number
} {
  let inFlight = 0
  let most = 0
  const files: Files = {
    label: near.label,
    stat: (path) => near.stat(path),
    list: (path) => near.list(path),
    async read(path) {
      inFlight++
      most = Math.max(most, inFlight)
      const busy = Math.max(1, inFlight / capacity)
      await new Promise((resolve) => setTimeout(resolve, latencyMs * busy ** 1.5))
      inFlight--
      return near.sync!.read(path)
    },
  }
  return { files, most: () => most }
}

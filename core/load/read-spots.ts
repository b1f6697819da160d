import { type AdaptiveLimit, createAdaptiveLimit } from '../base/adaptive-limit.ts'
import { HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import { isScarcity } from '../base/scarcity.ts'
import { createTurns } from '../base/turns.ts'
import type { Spot } from '../resolve/rungs.ts'
import type { Files, Looked, SyncFiles, UseRead } from '../vfs/file-system.ts'
import { parentOf, type Path } from '../vfs/path.ts'
import { readAhead } from './read-ahead.ts'

/** What was read of the spot at `index`, or why it could not be. The bytes stay as they are until this returns. */
export type UseSpot = (found: Looked | HeddleError, index: number) => void

/** Reads files of any stores. */
export interface SpotReader {
  /** Tells each spot once, in an order of its own; one that cannot be read hides no other. Gives way every 20 ms. */
  readEach(spots: readonly Spot[], use: UseSpot): Promise<void>
}

/** How long one synchronous batch may hold the event loop, in milliseconds. */
const batchMs = 20

/**
 * Local files are read in rows, folder by folder; stores that answer later through a pool each, which adapts itself and
 * remembers what it found as long as the reader is used.
 */
export function createSpotReader(): SpotReader {
  const pools = new WeakMap<Files, AdaptiveLimit>()

  function poolOf(files: Files): AdaptiveLimit {
    const known = pools.get(files)
    if (known) return known
    const pool = createAdaptiveLimit({ now: () => performance.now(), isRefusal: isScarcity })
    pools.set(files, pool)
    return pool
  }

  async function readEach(spots: readonly Spot[], use: UseSpot): Promise<void> {
    const turns = createTurns(batchMs)
    const stores = byStore(spots)
    const later = stores.filter(({ files }) => !files.sync).map(readLater)
    for (const { files, indices } of stores) if (files.sync) await readNow(files.sync, indices)
    await Promise.all(later)

    async function readLater({ files, indices }: Store): Promise<void> {
      const pool = poolOf(files)
      const read = (at: number): Promise<Looked | HeddleError> =>
        pool
          .run(() => files.read(spots[indices[at]!]!.path))
          .then((bytes): Looked => ({ bytes, isYoung: false }), asError)
      const useAt = (found: Looked | HeddleError, at: number): void => use(found, indices[at]!)
      await readAhead({ count: indices.length, read, sizeOf, use: useAt })
    }

    async function readNow(sync: SyncFiles, indices: readonly number[]): Promise<void> {
      const paths = indices.map((index) => spots[index]!.path)
      const readRow = sync.readEach ?? ((row, useOne) => readOneByOne(sync, row, useOne))
      for (let told = 0; told < paths.length;) {
        const from = told
        told += readRow(from === 0 ? paths : paths.slice(from), (found, index) => {
          use(found, indices[from + index]!)
          return !turns.isOver()
        })
        await turns.giveWay()
      }
    }
  }

  return { readEach }
}

interface Store {
  readonly files: Files
  /** Of the spots; those of one folder follow each other. */
  readonly indices: readonly number[]
}

function byStore(spots: readonly Spot[]): Store[] {
  const stores = new Map<Files, Map<Path, number[]>>()
  for (const [index, { layer, path }] of spots.entries()) {
    const folders = stores.get(layer.files) ?? new Map<Path, number[]>()
    const folder = parentOf(path)
    const indices = folders.get(folder)
    if (indices) indices.push(index)
    else folders.set(folder, [index])
    stores.set(layer.files, folders)
  }
  return [...stores].map(([files, folders]) => ({ files, indices: [...folders.values()].flat() }))
}

/** For drivers that cannot read in rows. */
function readOneByOne(sync: SyncFiles, paths: readonly Path[], use: UseRead): number {
  const end = paths.findIndex((path, index) => !use(lookAt(sync, path), index))
  return end < 0 ? paths.length : end + 1
}

function lookAt(sync: SyncFiles, path: Path): Looked | HeddleError {
  try {
    return sync.look?.(path) ?? { bytes: sync.read(path), isYoung: false }
  } catch (thrown) {
    return asError(thrown)
  }
}

function sizeOf(found: Looked | HeddleError): number {
  return found instanceof HeddleError ? 0 : found.bytes.byteLength
}

/** What a read threw, as a finding. */
export function asError(thrown: unknown): HeddleError {
  return thrown instanceof HeddleError ? thrown : new HeddleError(toDiagnostic(thrown, 'MODULE_UNREADABLE'))
}

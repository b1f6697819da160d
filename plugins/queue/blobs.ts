import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { queueError } from './faults.ts'

/** Content by its digest, for what is too large for a message, and marks that only one can set. */
export interface Blobs {
  put(digest: string, bytes: Uint8Array): Promise<void>
  /** The bytes, or undefined when they are not there (any more). */
  get(digest: string): Promise<Uint8Array | undefined>
  /** Sets a mark; gives who has set it: `owner`, or somebody before. */
  mark(name: string, owner: string): Promise<string>
  close(): Promise<void>
}

/** Blobs of a store that remembers what it holds, so that nothing travels twice. */
export interface Store {
  /** Stores the bytes and gives their digest. */
  keep(bytes: Uint8Array): Promise<string>
  /** The bytes of a digest; rejects with `queue/blob-missing`, or `queue/blob-damaged` when they are others. */
  fetch(digest: string): Promise<Uint8Array>
  mark(name: string, owner: string): Promise<string>
  close(): Promise<void>
}

/** Seconds that content and marks are kept where they can expire. */
export const keptSeconds = 86_400
const mostRemembered = 50_000

/** A store over blobs. */
export function createStore(blobs: Blobs): Store {
  const known = new Map<string, number>()
  return {
    async keep(bytes) {
      const digest = digestOf(bytes)
      const since = known.get(digest)
      // What may have expired by the time that it is asked for is put again.
      if (since === undefined || Date.now() - since > (keptSeconds * 1000) / 2) {
        await blobs.put(digest, bytes)
        if (known.size >= mostRemembered) known.clear()
        known.set(digest, Date.now())
      }
      return digest
    },
    async fetch(digest) {
      const bytes = await blobs.get(digest)
      if (!bytes)
        throw queueError(
          'blob-missing',
          `The content ${digest} is not in the store.`,
          'Run the command again.',
        )
      if (digestOf(bytes) !== digest)
        throw queueError(
          'blob-damaged',
          `The content ${digest} is not what its name says.`,
          'Look at the store.',
        )
      return bytes
    },
    mark: (name, owner) => blobs.mark(name, owner),
    close: () => blobs.close(),
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Blobs in a folder that all machines share. */
export function folderBlobs(folder: string): Blobs {
  const place = (name: string): string => join(folder, name.slice(0, 2), name)

  async function write(path: string, bytes: Uint8Array): Promise<void> {
    await mkdir(join(path, '..'), { recursive: true })
    const fresh = `${path}.${randomBytes(6).toString('hex')}`
    const handle = await open(fresh, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(fresh, path)
  }

  return {
    put: (digest, bytes) => write(place(digest), bytes),
    get: (digest) => readFile(place(digest)).catch(whenAbsent),
    async mark(name, owner) {
      const path = place(`mark-${digestOf(Buffer.from(name))}`)
      await mkdir(join(path, '..'), { recursive: true })
      const handle = await open(path, 'wx').catch(whenThere)
      if (!handle) return (await readFile(path, 'utf8')) || 'somebody'
      try {
        await handle.writeFile(owner)
        await handle.sync()
      } finally {
        await handle.close()
      }
      return owner
    },
    close: async () => {},
  }
}

function whenAbsent(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown
}

function whenThere(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'EEXIST') throw thrown
}

import { randomBytes } from 'node:crypto'
import { closeSync, fdatasync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { errnoOf } from '../vfs/handle.ts'

/** A file that only grows. */
export interface GrowingFile {
  /** Puts the bytes at the end; throws what the machine says, and then the end is not known any more. */
  append(bytes: string | Uint8Array): void
  /** Settles when everything appended so far would outlive a loss of power. */
  sync(): Promise<void>
  close(): void
}

/** The calls on the machine's files that a journal needs; all paths are absolute. */
export interface RunDisk {
  /** Makes a file, with these bytes in it from the moment it is there; undefined when there already is one. */
  create(path: string, bytes: string): GrowingFile | undefined
  /** Settles when the names in the folder would outlive a loss of power. */
  syncFolder(path: string): Promise<void>
}

const syncData = promisify(fdatasync)

/** The disk of the machine. Files are made for their owner alone. */
export const machineDisk: RunDisk = {
  create(path, bytes) {
    const fresh = `${path}.${randomBytes(8).toString('hex')}.tmp`
    const file = openSync(fresh, 'wx', 0o600)
    try {
      appendTo(file, bytes)
      // Linking is what makes the name and what is in it appear at once, and for one process alone.
      linkSync(fresh, path)
    } catch (thrown) {
      closeSync(file)
      if (errnoOf(thrown) === 'EEXIST') return undefined
      throw thrown
    } finally {
      unlinkSync(fresh)
    }
    return growing(file)
  },
  async syncFolder(path) {
    if (process.platform === 'win32') return
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

function growing(file: number): GrowingFile {
  return {
    append: (bytes) => appendTo(file, bytes),
    sync: () => syncData(file),
    close: () => closeSync(file),
  }
}

function appendTo(file: number, bytes: string | Uint8Array): void {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  for (let at = 0; at < buffer.length;) at += writeSync(file, buffer, at)
}

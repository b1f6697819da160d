import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rename, rm } from 'node:fs/promises'

/** A new file of the machine while it is written. */
export type NewFile = Pick<FileHandle, 'writeFile' | 'sync' | 'close'>

/** The steps that make files durable; tests put others in their place, to record them or to let them fail. */
export interface Machine {
  /** A file that was not there before, readable for its owner alone. */
  create(file: string): Promise<NewFile>
  rename(from: string, to: string): Promise<void>
  /** An absent file is fine. */
  remove(file: string): Promise<void>
  /** Makes a folder and those on the way to it, for their owner alone; gives the outermost that was made. */
  makeFolder(folder: string): Promise<string | undefined>
  /** Settles when the names in the folder are on the disk. */
  syncFolder(folder: string): Promise<void>
}

/** The machine itself. */
export const machine: Machine = {
  create: async (file) => open(file, 'wx', 0o600),
  rename,
  remove: async (file) => rm(file, { force: true }),
  makeFolder: async (folder) => mkdir(folder, { recursive: true, mode: 0o700 }),
  async syncFolder(folder) {
    // Windows cannot open folders and needs no such step.
    if (process.platform === 'win32') return
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

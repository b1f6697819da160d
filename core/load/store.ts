import type { DurableBytes } from '../vfs/durable.ts'
import { formatStore, parseStore } from './store-format.ts'
import type { Snapshot } from './snapshot.ts'

/** Keeps the cards of a catalogue from one process to the next. */
export interface CardStore {
  /** Undefined when nothing is kept, or when it cannot be believed: then everything is loaded. */
  read(): Promise<Snapshot | undefined>
  /** Settles when it is kept, or cannot be: a cache that fails costs time and nothing else. */
  write(snapshot: Snapshot): Promise<void>
}

/**
 * The store of one project. `name` is the project's, `key` names everything besides the files that decides what cards say:
 * version, plugins, configuration. What was written with another key is never believed.
 */
export function createCardStore(files: DurableBytes, name: string, key: string): CardStore {
  return {
    async read() {
      const bytes = await files.readBytes(name).catch(() => undefined)
      return bytes && parseStore(bytes, key)
    },
    async write(snapshot) {
      await files.writeBytes(name, formatStore(snapshot, key)).catch(() => {})
    },
  }
}

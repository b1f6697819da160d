import type { DurableStore } from '../vfs/durable.ts'
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
 * version, plugins, configuration. Text of another key is never believed.
 */
export function createCardStore(files: DurableStore, name: string, key: string): CardStore {
  return {
    async read() {
      const text = await files.read(name).catch(() => undefined)
      return text === undefined ? undefined : parseStore(text, key)
    },
    async write(snapshot) {
      await files.write(name, formatStore(snapshot, key)).catch(() => {})
    },
  }
}

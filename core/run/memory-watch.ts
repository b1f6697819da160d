import type { RunMemory } from './memory.ts'

/** A memory that tells whether it failed to keep anything. */
export interface WatchedMemory {
  readonly memory: RunMemory
  readonly forgot: boolean
}

/** The same memory, watched; what it throws is thrown on. */
export function watchMemory(memory: RunMemory): WatchedMemory {
  let forgot = false
  return {
    memory: {
      recall: (place) => memory.recall(place),
      starting: (place) => memory.starting(place),
      expectedMs: (place) => memory.expectedMs(place),
      record(place, recalled) {
        try {
          memory.record(place, recalled)
        } catch (thrown) {
          forgot = true
          throw thrown
        }
      },
      async flush() {
        try {
          await memory.flush()
        } catch (thrown) {
          forgot = true
          throw thrown
        }
      },
    },
    get forgot() {
      return forgot
    },
  }
}

import type { Clock } from '../../core/base/clock.ts'
import { createVirtualClock, type VirtualClock } from 'heddle/testing'

/** A virtual clock that knows which of its callbacks are still to come. */
export interface WatchedClock extends VirtualClock {
  /** Callbacks that were neither called nor cancelled. */
  readonly pending: number
}

/** A watched clock at 0. */
export function createWatchedClock(): WatchedClock {
  const clock = createVirtualClock()
  const pending = new Set<object>()
  const after: Clock['after'] = (ms, callback) => {
    const token = {}
    pending.add(token)
    const cancel = clock.after(ms, () => {
      pending.delete(token)
      callback()
    })
    return () => {
      pending.delete(token)
      cancel()
    }
  }
  return {
    ...clock,
    after,
    get pending() {
      return pending.size
    },
  }
}

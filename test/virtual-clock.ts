import type { Clock } from '../core/base/clock.ts'

/** A clock that stands still until everything waits for it, and then jumps to what is due next. */
export interface VirtualClock extends Clock {
  /** Lets time pass until `work` has settled; throws when nothing is left that could settle it. */
  drive<T>(work: Promise<T>): Promise<T>
}

const quietTurns = 4
const patience = 10_000

/** A clock at 0. */
export function createVirtualClock(): VirtualClock {
  let time = 0
  let pending: { at: number; callback: () => void }[] = []

  async function drive<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false }
    void work.catch(() => undefined).finally(() => (state.settled = true))
    for (let idle = 0; !state.settled; idle++) {
      // What is under way without a timer may need some turns of the event loop; the first import of zod needs real time.
      const isLong = idle > quietTurns && pending.length === 0
      await new Promise((resolve) => (isLong ? setTimeout(resolve, 1) : setImmediate(resolve)))
      if (state.settled || idle < quietTurns) continue
      if (idle > patience) throw new Error('Nothing is left that could settle the work.')
      if (pending.length === 0) continue
      advance()
      idle = -1
    }
    return work
  }

  function advance(): void {
    time = Math.min(...pending.map(({ at }) => at))
    const due = pending.filter(({ at }) => at <= time)
    pending = pending.filter(({ at }) => at > time)
    for (const { callback } of due) callback()
  }

  return {
    now: () => time,
    after(ms, callback) {
      const item = { at: time + Math.max(0, ms), callback }
      pending.push(item)
      return () => void (pending = pending.filter((other) => other !== item))
    },
    drive,
  }
}

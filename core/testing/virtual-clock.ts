import type { Clock } from '../base/clock.ts'

/** A clock that stands still until it is told to go on, or until all that is under way waits for it. */
export interface VirtualClock extends Clock {
  /** Lets time pass until `work` has settled; throws when nothing is left that could settle it. */
  drive<T>(work: Promise<T>): Promise<T>
  /** Lets `ms` pass and calls what falls due meanwhile, each at its own time. */
  advance(ms: number): void
  /** Callbacks that wait for their time. */
  readonly waiting: number
}

interface Pending {
  readonly at: number
  readonly callback: () => void
}

const quietTurns = 4
const workTypes = /^(?:MessagePort|FSReq\w+|CloseReq|FileHandleCloseReq)$/

/** What is under way for good in this process, such as a worker that waits to be told something. */
let standing = 0

/**
 * A clock at 0. No test that uses it takes longer for the time that it lets pass. `patience` is how many real milliseconds, at
 * least, `drive` waits for what does not depend on the clock; 10 000 when left out.
 */
export function createVirtualClock({ patience = 10_000 }: { readonly patience?: number } = {}): VirtualClock {
  let time = 0
  let pending: Pending[] = []

  async function drive<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false }
    void work.catch(() => undefined).finally(() => (state.settled = true))
    for (let idle = 0, waited = 0; !state.settled; idle++) {
      // What is under way without a timer of this clock may need some turns of the event loop.
      await (idle <= quietTurns ? turn() : pause())
      if (state.settled || idle < quietTurns) continue
      // A file that is read and a module that is imported take time that is not ours.
      const working = countWorking()
      if (working > standing) {
        if (waited++ > patience) standing = working
        idle = -1
        await pause()
        continue
      }
      if (idle > patience) throw new Error('Nothing is left that could settle the work.')
      if (pending.length === 0) continue
      next()
      idle = -1
    }
    return work
  }

  function next(): void {
    time = Math.max(time, Math.min(...pending.map(({ at }) => at)))
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
    advance(ms) {
      const end = time + ms
      while (pending.some(({ at }) => at <= end)) next()
      time = end
    },
    get waiting() {
      return pending.length
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1))

function countWorking(): number {
  return process.getActiveResourcesInfo().filter((type) => workTypes.test(type)).length
}

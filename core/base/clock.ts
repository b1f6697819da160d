/** Time as the rest of Heddle sees it: monotonic milliseconds, and one callback at a deadline. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start; never goes back, whatever the wall clock does. */
  now(): number
  /** Calls `callback` once, not before `ms` have passed; the function returned cancels it. */
  after(ms: number, callback: () => void): () => void
}

interface Pending {
  readonly at: number
  readonly callback: () => void
}

/**
 * The machine's clock. All pending callbacks share one timer: a `setTimeout` for each operation costs more than the
 * operation. Callbacks due within a millisecond of each other may run in one turn.
 */
export function createClock(): Clock {
  const pending = new Set<Pending>()
  let timer: NodeJS.Timeout | undefined
  let wakeAt = Infinity
  const now = (): number => performance.now()

  function arm(at: number): void {
    if (at >= wakeAt) return
    clearTimeout(timer)
    wakeAt = at
    timer = setTimeout(fire, Math.min(Math.max(Math.ceil(at - now()), 0), 2 ** 31 - 1))
  }

  function fire(): void {
    wakeAt = Infinity
    const time = now()
    let next = Infinity
    const due: Pending[] = []
    for (const item of pending) {
      if (item.at <= time) due.push(item)
      else next = Math.min(next, item.at)
    }
    for (const item of due) pending.delete(item)
    if (next < Infinity) arm(next)
    for (const item of due.toSorted((a, b) => a.at - b.at)) item.callback()
  }

  return {
    now,
    after(ms, callback) {
      const item = { at: now() + ms, callback }
      pending.add(item)
      arm(item.at)
      return () => {
        if (pending.delete(item) && pending.size === 0) {
          clearTimeout(timer)
          wakeAt = Infinity
        }
      }
    },
  }
}

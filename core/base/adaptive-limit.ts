import type { Limit } from './limit.ts'
import { begin, end, newPool, placesIn, type PoolState } from './pool-size.ts'

export interface AdaptiveLimitOptions {
  /** Milliseconds, from any start. */
  now(): number
  /** True for what a task rejects with when too many of them were under way: it then runs again when there are fewer. */
  isRefusal(thrown: unknown): boolean
}

/** A limit that finds out how many tasks at once are best. */
export interface AdaptiveLimit {
  readonly run: Limit
  /** How many may be under way now. */
  readonly size: number
}

const mostRefusals = 12

/** A pool whose size follows what its tasks take; waiting tasks start in order. */
export function createAdaptiveLimit({ now, isRefusal }: AdaptiveLimitOptions): AdaptiveLimit {
  let pool: PoolState = newPool
  let underWay = 0
  let waiting: (() => void)[] = []
  let next = 0

  function isCrowded(): boolean {
    return next < waiting.length
  }

  function hasRoom(): boolean {
    return underWay < placesIn(pool)
  }

  function enterNow(wasIdle: boolean): void {
    underWay++
    pool = begin(pool, now(), wasIdle)
  }

  function startWaiting(): void {
    while (isCrowded() && hasRoom()) {
      enterNow(false)
      waiting[next++]!()
    }
    if (!isCrowded() && next > 0) {
      waiting = []
      next = 0
    }
  }

  async function enter(): Promise<void> {
    if (!isCrowded() && hasRoom()) enterNow(underWay === 0)
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  async function attempt<T>(
    task: () => T | Promise<T>,
  ): Promise<{ readonly value: T } | { readonly refusal: unknown }> {
    await enter()
    const { epoch } = pool
    const since = now()
    let isRefused = false
    try {
      return { value: await task() }
    } catch (thrown) {
      isRefused = isRefusal(thrown)
      if (!isRefused) throw thrown
      return { refusal: thrown }
    } finally {
      // Where nobody waits the pool is not full, and its size made no difference.
      const at = now()
      if (isRefused || isCrowded()) pool = end(pool, { epoch, at, ms: at - since, isRefused })
      underWay--
      startWaiting()
    }
  }

  return {
    get size() {
      return pool.size
    },
    async run(task) {
      for (let refusals = 0; ; refusals++) {
        const tried = await attempt(task)
        if ('value' in tried) return tried.value
        // Alone it was not the pool that was too large.
        if (underWay === 0 || refusals === mostRefusals) throw tried.refusal
      }
    },
  }
}

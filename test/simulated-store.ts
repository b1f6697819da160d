import { createAdaptiveLimit } from '../core/base/adaptive-limit.ts'
import { createLimit, type Limit } from '../core/base/limit.ts'

/** How long a read takes that begins while `inFlight` reads, itself included, are under way at `now`; undefined: refused at once. */
export type Store = (inFlight: number, now: number) => number | undefined

/** What reading from a simulated store took, on a clock that only the simulation moves. */
export interface Simulated {
  readonly ms: number
  readonly most: number
  readonly refusals: number
}

export interface Work {
  readonly reads: number
  /** What is made of a read takes this long, one after the other. */
  readonly makingMs?: number
}

class Refusal extends Error {}

interface Timer {
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

/** Reads through a pool that adapts itself. */
export function simulateAdaptive(store: Store, work: Work): Promise<Simulated> {
  return simulate(
    store,
    work,
    (now) => createAdaptiveLimit({ now, isRefusal: (thrown) => thrown instanceof Refusal }).run,
  )
}

/** The least time that any fixed pool takes, the sizes tried in steps of an eighth. */
export async function simulateBestFixed(
  store: Store,
  work: Work,
): Promise<Simulated & { readonly size: number }> {
  let best: (Simulated & { readonly size: number }) | undefined
  for (let size = 1; size <= 256; size += Math.max(1, size >> 3)) {
    const found = await simulate(store, work, () => createLimit(size)).catch(() => undefined)
    if (found && (!best || found.ms < best.ms)) best = { ...found, size }
  }
  return best!
}

async function simulate(
  store: Store,
  { reads, makingMs = 0 }: Work,
  makePool: (now: () => number) => Limit,
): Promise<Simulated> {
  let now = 0
  let order = 0
  let inFlight = 0
  let most = 0
  let refusals = 0
  let madeAt = 0
  const left = { reads }
  const timers: Timer[] = []
  const run = makePool(() => now)

  const read = async (): Promise<void> => {
    most = Math.max(most, ++inFlight)
    const ms = store(inFlight, now)
    await new Promise<void>((resolve) => timers.push({ at: now + (ms ?? 0), order: order++, fire: resolve }))
    inFlight--
    if (ms !== undefined) return
    refusals++
    throw new Refusal()
  }
  const all = Promise.allSettled(
    Array.from({ length: reads }, async () => {
      try {
        await run(read)
        madeAt = Math.max(madeAt, now) + makingMs
      } finally {
        left.reads--
      }
    }),
  )
  while (left.reads > 0) {
    await new Promise((resolve) => setImmediate(resolve))
    if (timers.length === 0) continue
    now = Math.min(...timers.map(({ at }) => at))
    const due = timers.filter(({ at }) => at === now).sort((a, b) => a.order - b.order)
    for (const timer of due) timers.splice(timers.indexOf(timer), 1)
    for (const { fire } of due) fire()
  }
  for (const one of await all) if (one.status === 'rejected') throw one.reason
  return { ms: madeAt, most, refusals }
}

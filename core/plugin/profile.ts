/** What one plugin's taps of one hook took. */
export interface TapTiming {
  readonly plugin: string
  /** `apply`, `parse`, `plan.tdd`. */
  readonly hook: string
  readonly calls: number
  /** Calls that its filter made unnecessary. */
  readonly filtered: number
  /** Milliseconds in all, and of the longest call; of asynchronous taps until they settled, waits included. */
  readonly totalMs: number
  readonly longestMs: number
}

/** Counts what taps take. */
export interface Profile {
  note(plugin: string, hook: string, ms: number): void
  skip(plugin: string, hook: string): void
  /** The costliest first. */
  readonly timings: readonly TapTiming[]
}

/** An empty profile. */
export function createProfile(): Profile {
  const byTap = new Map<string, { -readonly [K in keyof TapTiming]: TapTiming[K] }>()
  function at(plugin: string, hook: string): { -readonly [K in keyof TapTiming]: TapTiming[K] } {
    const key = `${plugin}\0${hook}`
    const known = byTap.get(key) ?? { plugin, hook, calls: 0, filtered: 0, totalMs: 0, longestMs: 0 }
    byTap.set(key, known)
    return known
  }
  return {
    note(plugin, hook, ms) {
      const timing = at(plugin, hook)
      timing.calls++
      timing.totalMs += ms
      timing.longestMs = Math.max(timing.longestMs, ms)
    },
    skip: (plugin, hook) => void at(plugin, hook).filtered++,
    get timings() {
      return [...byTap.values()].map((timing) => ({ ...timing })).toSorted((a, b) => b.totalMs - a.totalMs)
    },
  }
}

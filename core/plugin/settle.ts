import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { type Faults, pluginFailed, pluginTimedOut } from './faults.ts'
import type { Profile } from './profile.ts'

/** What one tap of a settled collection gave. */
export type Slot<T> =
  | { readonly plugin: string; readonly value: T }
  | { readonly plugin: string; readonly fault: Diagnostic }

/** One tap, bound to its arguments. */
export interface Call<T> {
  readonly plugin: string
  call(): T | Promise<T>
}

/** Runs all calls at once and gives every result in declared order; never rejects, faults are also noted. */
export type Settle = <T>(calls: readonly Call<T>[], hook: string) => Promise<Slot<T>[]>

/**
 * A settled collection: tapable's parallel hook keeps only the first error, drops results and lets the other taps run on
 * unobserved, so only its list of taps is used. One timer serves all calls; a late one is named and let go.
 */
export function createSettle(options: {
  readonly faults: Faults
  readonly clock: Clock
  readonly deadlineMs: number
  readonly profile?: Profile | undefined
}): Settle {
  const { faults, clock, deadlineMs, profile } = options
  return async <T>(calls: readonly Call<T>[], hook: string): Promise<Slot<T>[]> => {
    if (calls.length === 0) return []
    const started = clock.now()
    const slots: Slot<T>[] = calls.map(({ plugin }) => ({
      plugin,
      fault: pluginTimedOut(plugin, hook, deadlineMs),
    }))
    await new Promise<void>((resolve) => {
      let open = calls.length
      const stop = clock.after(deadlineMs, resolve)
      for (const [index, { plugin, call }] of calls.entries()) {
        const set = (slot: Slot<T>): void => {
          // A synchronous loop keeps the timer from firing: the time it took is compared as well.
          const ms = clock.now() - started
          if (ms <= deadlineMs) slots[index] = slot
          profile?.note(plugin, hook, ms)
          if (--open > 0) return
          stop()
          resolve()
        }
        void new Promise<T>((answer) => answer(call())).then(
          (value) => set({ plugin, value }),
          (thrown: unknown) => set({ plugin, fault: pluginFailed(plugin, hook, thrown) }),
        )
      }
    })
    for (const slot of slots) if ('fault' in slot) faults.add(slot.fault)
    return [...slots]
  }
}

import type { Clock } from '../base/clock.ts'
import { type Faults, heldUp, pluginFailed } from './faults.ts'
import type { Profile } from './profile.ts'

/** Whose call it is. */
export interface Tap {
  readonly plugin: string
  readonly hook: string
}

/**
 * Calls a contribution of a synchronous hook and takes its answer in. When either throws, or the answer is a promise, the plugin is
 * named and `otherwise` stands.
 */
export type Guard = <R>(tap: Tap, otherwise: R, call: () => R) => R

export interface GuardOptions {
  readonly faults: Faults
  readonly clock: Clock
  /** Milliseconds after which a call has held everything up. */
  readonly deadlineMs: number
  readonly profile?: Profile | undefined
}

/** A guard over the faults of one framework. */
export function createGuard({ faults, clock, deadlineMs, profile }: GuardOptions): Guard {
  return (tap, otherwise, call) => {
    const started = clock.now()
    try {
      return call()
    } catch (thrown) {
      faults.add(pluginFailed(tap.plugin, tap.hook, thrown), tap.hook)
      return otherwise
    } finally {
      const ms = clock.now() - started
      // Nobody can stop it; its answer is taken, late as it is.
      if (ms > deadlineMs) faults.add(heldUp(tap.plugin, tap.hook, deadlineMs), tap.hook)
      profile?.note(tap.plugin, tap.hook, ms)
    }
  }
}

/** What a synchronous hook gave; a promise, or what could be awaited like one, is refused, and its rejection does not go unhandled. */
export function plain<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value
  const { then } = value as { then?: unknown }
  if (typeof then !== 'function') return value
  if (value instanceof Promise) value.catch(() => {})
  throw new TypeError('it gave a promise, and this hook is synchronous')
}

import type { Diagnostic } from './diagnostic.ts'

/** A value, or the diagnostic that says why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** The result that holds `value`. */
export function done<T>(value: T): Result<T> {
  return { ok: true, value }
}

/** The result that holds why there is no value. */
export function failed(diagnostic: Diagnostic): Result<never> {
  return { ok: false, diagnostic }
}

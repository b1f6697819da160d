import { HeddleError } from '../base/diagnostic.ts'

/** Calls of one operation, at most. */
export const mostAttempts = 3
const firstDelayMs = 50
const recoverable = new Set(['BUSY', 'EBUSY', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ETXTBSY'])

/** True when the error says of itself that a moment later it might not happen; never throws, whatever was thrown. */
export function isRecoverable(thrown: unknown): boolean {
  try {
    if (typeof thrown !== 'object' || thrown === null) return false
    if (thrown instanceof HeddleError && recoverable.has(thrown.code)) return true
    const { code, cause } = thrown as { code?: unknown; cause?: unknown }
    return recoverable.has(String(code)) || (cause !== undefined && cause !== thrown && isRecoverable(cause))
  } catch {
    return false
  }
}

/** Milliseconds to wait after the given attempt: doubled each time, between half and the whole by `random` (0 to 1). */
export function delayAfter(attempt: number, random: () => number): number {
  return firstDelayMs * 2 ** (attempt - 1) * (0.5 + random() / 2)
}

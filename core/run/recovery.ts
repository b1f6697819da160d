import { HeddleError } from '../base/diagnostic.ts'
import type { RecoveryFigures } from './report.ts'
import type { Task } from './task.ts'

/** Calls of one operation, at most. */
export const mostAttempts = 3
const firstDelayMs = 50
const recoverable = new Set(['BUSY', 'EBUSY', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ETXTBSY'])
const contended = new Set([...recoverable, 'EADDRINUSE', 'EDEADLK', 'ELOCKED', 'SESSION_LOCKED'])

/** True when the error says of itself that a moment later it might not happen; never throws, whatever was thrown. */
export function isRecoverable(thrown: unknown): boolean {
  return hasCode(thrown, recoverable)
}

/** True when somebody else may have been in the way: something busy, taken, locked or used up. Never throws. */
export function isContention(thrown: unknown): boolean {
  return hasCode(thrown, contended)
}

function hasCode(thrown: unknown, codes: ReadonlySet<string>): boolean {
  try {
    if (typeof thrown !== 'object' || thrown === null) return false
    if (thrown instanceof HeddleError && codes.has(thrown.code)) return true
    const { code, cause } = thrown as { code?: unknown; cause?: unknown }
    return codes.has(String(code)) || (cause !== undefined && cause !== thrown && hasCode(cause, codes))
  } catch {
    return false
  }
}

/** Milliseconds to wait after the given attempt: doubled each time, between half and the whole by `random` (0 to 1). */
export function delayAfter(attempt: number, random: () => number): number {
  return firstDelayMs * 2 ** (attempt - 1) * (0.5 + random() / 2)
}

/** Adds what a settled operation took to recover. */
export function countRecovery(figures: Mutable<RecoveryFigures>, task: Task, now: number): void {
  const calls = task.attempts - (task.fellBack ? 1 : 0)
  figures.retries += Math.max(0, calls - 1)
  if (task.firstFailedAt === undefined) return
  figures.recoveryMs += now - task.firstFailedAt
  if (task.outcome!.status === 'done') figures.recovered++
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

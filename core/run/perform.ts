import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Lanes } from './lanes.ts'
import type { RunMemory } from './memory.ts'
import type { Called, Calling, Surroundings } from './operate.ts'
import { callOperation } from './operate.ts'
import { placeOf } from './place.ts'
import { delayAfter, isRecoverable, mostAttempts } from './recovery.ts'
import { rememberCall } from './remember.ts'
import type { RecoveryFigures } from './report.ts'
import type { Schedule } from './schedule.ts'
import type { Task } from './task.ts'

export interface PerformerParts {
  readonly surroundings: Surroundings
  readonly lanes: Lanes<Task>
  readonly clock: Clock
  readonly serial: boolean
  readonly random: () => number
  readonly memory: RunMemory | undefined
  /** The schedule that is told; a function, for each of the two needs the other. */
  schedule(): Schedule
  started(task: Task, at: number): void
  ended(task: Task, called: Called, at: number): void
  retrying(task: Task, called: Called, delayMs: number): void
  progress(task: Task, message: string): void
  /** Something about a task that a person should know. */
  noted(task: Task, diagnostic: Diagnostic): void
}

/** Calls operations, again where that is allowed and may help, and settles them. */
export interface Performer {
  start(task: Task): void
  isRunning(task: Task): boolean
  /** Asks everything that runs to end. */
  stopAll(): void
  readonly recovery: RecoveryFigures
}

/** A performer with nothing under way. */
export function createPerformer(parts: PerformerParts): Performer {
  const { surroundings, lanes, clock, serial, random, schedule, noted } = parts
  const running = new Map<Task, Calling>()
  const recovery = { retries: 0, fallbacks: 0, recovered: 0, recoveryMs: 0 }

  function start(task: Task): void {
    if (task.outcome) return lanes.release(task)
    if (!task.runnable.ok) {
      lanes.release(task)
      return schedule().settle(task, refused(task.runnable.diagnostic))
    }
    const at = clock.now()
    task.startedAt ??= at
    task.attempts++
    parts.started(task, at)
    const runnable = task.runnable.value
    // The deadline is that of the operation, not of each attempt.
    const left = runnable.deadlineMs - (at - task.startedAt)
    const calling = callOperation(runnable, surroundings, {
      deadlineMs: left,
      progress: (message) => parts.progress(task, message),
      remembered: rememberCall(parts.memory, placeOf(task), { ...surroundings, claims: runnable.claims }),
    })
    running.set(task, calling)
    void calling.called.then((called) => schedule().do(() => ended(task, called, at)))
  }

  function ended(task: Task, called: Called, startedAt: number): void {
    const now = clock.now()
    running.delete(task)
    task.ranMs += now - startedAt
    parts.ended(task, called, now)
    if (called.ignored) noted(task, abortIgnored(task))
    if (canRetry(task, called, now)) return retryLater(task, called, now)
    lanes.release(task)
    if (task.firstFailedAt !== undefined) {
      recovery.recoveryMs += now - task.firstFailedAt
      if (called.status === 'done') recovery.recovered++
    }
    schedule().settle(task, called)
  }

  function canRetry(task: Task, { status, thrown }: Called, now: number): boolean {
    if (status !== 'failed' || !task.idempotent || task.attempts >= mostAttempts) return false
    if (schedule().cancelled || !isRecoverable(thrown) || !task.runnable.ok) return false
    const longestDelay = delayAfter(task.attempts, () => 1)
    return now - task.startedAt! + longestDelay < task.runnable.value.deadlineMs
  }

  /** While it waits it holds no place, except in serial order, where nothing may overtake it. */
  function retryLater(task: Task, called: Called, now: number): void {
    task.firstFailedAt ??= now
    recovery.retries++
    if (!serial) lanes.release(task)
    const delayMs = delayAfter(task.attempts, random)
    parts.retrying(task, called, delayMs)
    clock.after(delayMs, () => schedule().do(() => (serial ? start(task) : schedule().requeue(task))))
  }

  return {
    start,
    isRunning: (task) => running.has(task),
    stopAll() {
      for (const calling of running.values()) calling.stop('cancelled')
    },
    recovery,
  }
}

function refused(error: Diagnostic): Called {
  return { status: 'failed', output: null, error, quality: null, ignored: false }
}

function abortIgnored({ name, kind, group }: Task): Diagnostic {
  return {
    code: 'ABORT_IGNORED',
    severity: 'warning',
    message: `"${name}" of the group "${group.work.name}" was stopped and did not end; what it still does has no effect on the run.`,
    hint: `Let the operation kind "${kind}" look at its signal.`,
  }
}

import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { OpenExecutor } from './executor.ts'
import type { RunMemory } from './memory.ts'
import type { Called, Calling, Runnable, Surroundings } from './operate.ts'
import { callOperation, failedWith } from './operate.ts'
import type { OperationContext, OperationKind } from './operation.ts'
import { placeOf } from './place.ts'
import { delayAfter, isRecoverable, mostAttempts } from './recovery.ts'
import { rememberCall } from './remember.ts'
import type { Schedule } from './schedule.ts'
import { claimsOf, type Task } from './task.ts'

export interface PerformerParts {
  /** The id of the run. */
  readonly run: string
  readonly surroundings: Surroundings
  readonly clock: Clock
  readonly random: () => number
  readonly memory: RunMemory | undefined
  /** Who calls the operations' own code; they are called here when left out. */
  readonly executor: OpenExecutor | undefined
  /** The schedule that is told; a function, for each of the two needs the other. */
  schedule(): Schedule
  /** For what must stand round the call of an operation. */
  readonly around?: ((task: Task, call: () => unknown) => unknown) | undefined
  started(task: Task, at: number): void
  ended(task: Task, called: Called, at: number): void
  retrying(task: Task, called: Called, delayMs: number): void
  progress(task: Task, message: string): void
  /** Something about a task that a person should know. */
  noted(task: Task, diagnostic: Diagnostic): void
}

/** Calls operations, again where that is allowed and may help. */
export interface Performer {
  call(task: Task): void
  stop(task: Task): void
  /** Asks everything that runs to end. */
  stopAll(): void
  /** Forgets the tries that are still to come: the run is over. */
  endPauses(): void
}

/** A performer with nothing under way. */
export function createPerformer(parts: PerformerParts): Performer {
  const { surroundings, clock, random, memory, executor, schedule, noted } = parts
  const { workspace } = surroundings
  const running = new Map<Task, Calling>()
  const pauses = new Set<() => void>()

  function call(task: Task): void {
    if (!task.runnable.ok) {
      schedule().course.leave(task)
      return schedule().course.ran(task, failedWith(task.runnable.diagnostic))
    }
    task.attempts++
    task.worker = undefined
    let at = executor ? clock.now() : begin(task)
    const runnable = parts.around ? surrounded(task, task.runnable.value, parts.around) : task.runnable.value
    const { run } = task
    let isOver = false
    const calling = callOperation(runnable, surroundings, {
      // The deadline is that of the operation, not of each attempt.
      deadlineMs: runnable.deadlineMs - (at - (task.startedAt ?? at)),
      attempt: task.attempts,
      key: `${parts.run}/${task.group.work.name}/${task.name}`,
      view: () => (run ? run.ahead.view(task.name) : workspace.view(task.name)),
      progress: (message) => parts.progress(task, message),
      noted: (diagnostic) => noted(task, diagnostic),
      remembered: memory && rememberCall(memory, placeOf(task), { claims: runnable.claims, workspace }),
      elsewhere:
        executor &&
        ((context, begun) =>
          elsewhere(task, {
            runnable,
            context,
            begun: (worker) => {
              task.worker = worker
              at = begin(task)
              begun()
            },
          })),
      called(called) {
        isOver = true
        schedule().do(() => ended(task, called, at))
      },
    })
    if (!isOver) running.set(task, calling)
  }

  function begin(task: Task): number {
    const at = clock.now()
    task.startedAt ??= at
    // That it had to wait until nothing was beside it is not its fault.
    if (task.fellBack) task.startedAt = at - task.ranMs
    task.firstStartedAt ??= at
    parts.started(task, at)
    return at
  }

  function elsewhere(task: Task, { runnable, context, begun }: Elsewhere): unknown {
    const { kind } = runnable.kind
    const { input, deadlineMs } = runnable
    return executor!.call({
      group: task.group.work.name,
      operation: task.name,
      kind,
      input,
      claims: claimsOf(task.operation, kind.claims?.(input)),
      idempotent: task.idempotent,
      deadlineMs,
      rerun: task.reruns,
      context,
      began: begun,
    })
  }

  function ended(task: Task, called: Called, startedAt: number): void {
    const now = clock.now()
    running.delete(task)
    parts.ended(task, called, now)
    if (called.ignored) noted(task, abortIgnored(task))
    // It was settled while it ran: what it needed had failed after all.
    if (task.phase !== 'running') return schedule().course.leave(task)
    task.ranMs += now - startedAt
    if (canRetry(task, called, now)) return retryLater(task, called, now)
    schedule().course.leave(task)
    schedule().course.ran(task, called)
  }

  function canRetry(task: Task, { status, thrown }: Called, now: number): boolean {
    if (status !== 'failed' || !task.idempotent || task.attempts >= mostAttempts) return false
    if (schedule().isOver || !isRecoverable(thrown) || !task.runnable.ok) return false
    const longestDelay = delayAfter(task.attempts, () => 1)
    return now - (task.startedAt ?? now) + longestDelay < task.runnable.value.deadlineMs
  }

  function retryLater(task: Task, called: Called, now: number): void {
    task.firstFailedAt ??= now
    const delayMs = delayAfter(task.attempts, random)
    parts.retrying(task, called, delayMs)
    schedule().course.pause(task)
    const stopPause = clock.after(delayMs, () => {
      pauses.delete(stopPause)
      schedule().do(() => schedule().course.resume(task))
    })
    pauses.add(stopPause)
  }

  return {
    call,
    stop: (task) => running.get(task)?.stop('cancelled'),
    stopAll() {
      for (const calling of running.values()) calling.stop('cancelled')
    },
    endPauses() {
      for (const stopPause of pauses) stopPause()
    },
  }
}

interface Elsewhere {
  readonly runnable: Runnable
  readonly context: OperationContext
  readonly begun: (worker?: string) => void
}

/** The same operation; its own code is called by `around`. */
function surrounded(
  task: Task,
  runnable: Runnable,
  around: (task: Task, call: () => unknown) => unknown,
): Runnable {
  const { kind } = runnable.kind
  const run: OperationKind['run'] = (input, context) => around(task, () => kind.run(input, context))
  return {
    ...runnable,
    kind: { ...runnable.kind, kind: Object.create(kind, { run: { value: run } }) as OperationKind },
  }
}

function abortIgnored({ name, kind, group }: Task): Diagnostic {
  return {
    code: 'ABORT_IGNORED',
    severity: 'warning',
    message: `"${name}" of the group "${group.work.name}" was stopped and did not end; what it still does has no effect on the run.`,
    hint: `Let the operation kind "${kind}" look at its signal.`,
  }
}

import type { Clock } from '../base/clock.ts'
import type { Kinds } from './kinds.ts'
import type { Lanes } from './lanes.ts'
import type { Called } from './operate.ts'
import { cancelledOperation } from './operate.ts'
import type { NamedOperation } from './plan.ts'
import type { GroupState, Task } from './task.ts'
import { createTask, makeRunnable, regionsOf } from './task.ts'
import { createTurn, createTurnOrder, settleTurn } from './turns.ts'

export interface ScheduleParts {
  readonly groups: readonly GroupState[]
  readonly kinds: Kinds
  readonly lanes: Lanes<Task>
  readonly clock: Clock
  readonly deadlineMs: number
  readonly ignoreConflicts: boolean
  /** Starts a task; its place in the lane is taken. */
  start(task: Task): void
  /** Answers with `grown`, later or at once. */
  grow(group: GroupState): void
  taskSettled(task: Task): void
  groupSettled(group: GroupState): void
  /** A fault of ours: the run cannot go on. */
  broke(thrown: unknown): void
}

const longestTurnMs = 10

/**
 * Decides what may start: an operation whose group has what it needs, and before which nothing is left, in serial order,
 * that conflicts with it. One piece of work is done at a time and none calls itself, for chains are as long as plans.
 */
export class Schedule {
  readonly #parts: ScheduleParts
  readonly #order = createTurnOrder()
  #agenda: (() => void)[] = []
  #isStepping = false
  #refused = false
  #steppingSince: number | undefined
  #cursor = 0
  #cursorChainMs = 0
  #admitted = 0
  #cancelled = false

  constructor(parts: ScheduleParts) {
    this.#parts = parts
  }

  get cancelled(): boolean {
    return this.#cancelled
  }

  begin(): void {
    for (const group of this.#parts.groups) if (group.needsOpen === 0) this.#open(group)
    this.#admit()
  }

  /** Does the work now, or after what is being done, then all that follows from it, and starts what can start. */
  do(work: () => void): void {
    this.#agenda.push(work)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let step = this.#nextStep(); step; step = this.#nextStep()) step()
    } catch (thrown) {
      this.#parts.broke(thrown)
    }
    this.#isStepping = false
  }

  /** Ends a task; what waited for it may start. The first ending counts. */
  settle(task: Task, called: Called): void {
    if (task.outcome) return
    const { group } = task
    const queuedMs = task.startedAt === undefined ? 0 : task.startedAt - (group.openedAt ?? task.startedAt)
    const { status, output, error, quality } = called
    const { name, kind, attempts, ranMs } = task
    task.outcome = {
      name,
      kind,
      status,
      attempts,
      reruns: 0,
      queuedMs,
      ranMs,
      output: output ?? null,
      error,
      quality,
      ...called.known,
    }
    task.left = called.left
    task.turn.chainMs = Math.max(task.turn.chainMs, task.sinceMs, group.beforeMs) + ranMs
    group.chainMs = Math.max(group.chainMs, task.turn.chainMs)
    settleTurn(task.turn)
    this.#parts.taskSettled(task)
    if (--group.unsettled === 0) this.#agenda.push(() => this.#allSettled(group))
  }

  /** Takes what a group has grown by; `broken` says in words why it could not grow. */
  grown(group: GroupState, operations: readonly NamedOperation[], broken?: string): void {
    group.hasGrown = true
    group.broken = broken
    group.operations = [...group.operations, ...operations]
    group.unsettled += operations.length
    group.beforeMs = group.chainMs
    this.#admit()
    if (group.unsettled === 0) this.#agenda.push(() => this.#allSettled(group))
  }

  /** Settles everything that does not run; what runs is for the caller to stop. */
  cancel(isRunning: (task: Task) => boolean): void {
    this.#cancelled = true
    for (const { tasks } of this.#parts.groups) {
      for (const task of tasks) if (!isRunning(task)) this.settle(task, cancelledCall(task.name))
    }
    this.#admit()
  }

  /** Puts a task that was started back in its lane. */
  requeue(task: Task): void {
    if (!task.outcome) this.#parts.lanes.enqueue(task)
  }

  #nextStep(): (() => void) | undefined {
    const work = this.#agenda.shift()
    if (work) return work
    if (this.#mustYield()) return undefined
    const task = this.#parts.lanes.next()
    return task && ((): void => this.#parts.start(task))
  }

  /** Operations that never leave the thread must not keep timers and signals waiting. */
  #mustYield(): boolean {
    const now = this.#parts.clock.now()
    if (this.#steppingSince === undefined) {
      this.#steppingSince = now
      setImmediate(() => this.#breathe())
    }
    this.#refused ||= now - this.#steppingSince > longestTurnMs
    return this.#refused
  }

  #breathe(): void {
    const hasWaited = this.#refused
    this.#steppingSince = undefined
    this.#refused = false
    // Without a refusal there is nothing to take up again; going on anyway would keep the process alive for ever.
    if (hasWaited) this.do(() => undefined)
  }

  /** Gives operations their turns, in serial order, up to a group that may still grow. */
  #admit(): void {
    const { groups } = this.#parts
    for (let group = groups[this.#cursor]; group; group = groups[++this.#cursor]) {
      for (const operation of group.operations.slice(group.tasks.length))
        this.#admitOperation(group, operation)
      // Nobody knows yet what a growth will touch, so what comes later must not overtake it.
      if (!group.hasGrown && !this.#cancelled) return
      if (group.work.expand) this.#cursorChainMs = Math.max(this.#cursorChainMs, group.beforeMs)
    }
  }

  #admitOperation(group: GroupState, operation: NamedOperation): void {
    const { kinds, deadlineMs, ignoreConflicts } = this.#parts
    const runnable = makeRunnable(operation, kinds, deadlineMs)
    const turn = createTurn(() => {
      task.isFree = true
      this.#enqueue(task)
    })
    const task: Task = createTask(group, operation, {
      runnable,
      turn,
      order: this.#admitted++,
      sinceMs: this.#cursorChainMs,
    })
    group.tasks.push(task)
    task.isFree = ignoreConflicts || this.#order.admit(turn, regionsOf(runnable))
    if (group.skippedBecause !== undefined) this.settle(task, skippedCall(group.skippedBecause))
    else if (this.#cancelled) this.settle(task, cancelledCall(task.name))
    else this.#enqueue(task)
  }

  #enqueue(task: Task): void {
    if (!task.isFree || task.isQueued || task.outcome || task.group.openedAt === undefined) return
    task.isQueued = true
    this.#parts.lanes.enqueue(task)
  }

  /** Every needed group has settled: the group may start, or must not. */
  #open(group: GroupState): void {
    group.openedAt = this.#parts.clock.now()
    for (const needed of group.needs) group.beforeMs = Math.max(group.beforeMs, needed.chainMs)
    group.chainMs = group.beforeMs
    const cause = group.needs.find((needed) => needed.broken !== undefined)?.broken
    if (cause === undefined) for (const task of group.tasks) this.#enqueue(task)
    else this.#skip(group, cause)
    if (group.unsettled === 0) this.#agenda.push(() => this.#allSettled(group))
  }

  #skip(group: GroupState, cause: string): void {
    group.skippedBecause = group.broken = cause
    group.hasGrown = true
    for (const task of group.tasks) this.settle(task, skippedCall(cause))
    this.#agenda.push(() => this.#admit())
  }

  #allSettled(group: GroupState): void {
    if (group.settled || group.unsettled > 0) return
    if (!group.hasGrown && !this.#cancelled) {
      this.#parts.grow(group)
      return
    }
    group.settled = true
    group.broken ??= brokenBy(group)
    this.#parts.groupSettled(group)
    for (const dependant of group.dependants) {
      if (--dependant.needsOpen === 0) this.#agenda.push(() => this.#open(dependant))
    }
  }
}

function brokenBy({ tasks, work }: GroupState): string | undefined {
  const first = tasks.find(({ outcome }) => outcome!.status !== 'done')
  return first && `"${first.name}" of the group "${work.name}" ${words[first.outcome!.status]}`
}

const words = {
  done: 'is done',
  failed: 'failed',
  skipped: 'was skipped',
  'timed-out': 'did not end in time',
  cancelled: 'was cancelled',
} as const

function skippedCall(cause: string): Called {
  const message = `Skipped because ${cause}.`
  const error = { code: 'DEPENDENCY_FAILED', severity: 'error', message, hint: 'Repair that first.' } as const
  return { status: 'skipped', output: null, error, quality: null, ignored: false }
}

function cancelledCall(name: string): Called {
  return { status: 'cancelled', output: null, error: cancelledOperation(name), quality: null, ignored: false }
}

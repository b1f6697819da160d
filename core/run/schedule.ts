import type { Clock } from '../base/clock.ts'
import { done, type Result } from '../base/result.ts'
import type { Workspace } from '../vfs/workspace.ts'
import { Agenda } from './agenda.ts'
import { Course, endHint } from './course.ts'
import type { Kinds } from './kinds.ts'
import type { Lanes } from './lanes.ts'
import type { Called } from './operate.ts'
import { outcomeOf } from './outcome.ts'
import type { NamedOperation } from './plan.ts'
import { type Expectation, rankTasks } from './priorities.ts'
import type { PlantedFault } from './planted.ts'
import type { GroupState, Task } from './task.ts'
import { createTask, hintsOf, isKnown, makeRunnable, regionsOf } from './task.ts'
import { createTurn, createTurnOrder, settleTurn } from './turns.ts'

export interface ScheduleParts {
  readonly groups: readonly GroupState[]
  readonly kinds: Kinds
  readonly lanes: Lanes<Task>
  readonly workspace: Workspace
  readonly clock: Clock
  readonly deadlineMs: number
  readonly serial: boolean
  readonly ignoreConflicts: boolean
  readonly plant: PlantedFault | undefined
  /** True when nothing may run ahead of its turn: what is known of operations is only asked when it must be so. */
  readonly inTurn: boolean
  readonly expected: Expectation | undefined
  /** Calls a task; its place in the lane is taken. */
  call(task: Task): void
  /** Ends a call that is under way; what comes of it is of no use any more. */
  stop(task: Task): void
  /** It could start but for an earlier task; undefined when there are several, or nobody knows yet what comes before it. */
  waiting(task: Task, behind: Task | undefined): void
  rerunning(task: Task, path: string): void
  fallingBack(task: Task, called: Called): void
  /** Whether the group is to be run at all, asked when what it needs has settled. */
  when(group: GroupState): Result<boolean>
  /** Answers with `grown`, later or at once. */
  grow(group: GroupState): void
  taskSettled(task: Task, called: Called): void
  groupSettled(group: GroupState): void
  /** A fault of ours: the run cannot go on. */
  broke(thrown: unknown): void
}

/** What becomes of operations that had not been started when the run was over, by their names. */
export type RunOver = (name: string) => Called

/**
 * Decides what may start: an operation whose group has what it needs, in its turn, which is when nothing earlier in serial order
 * is left that conflicts with it; or ahead of its turn, where nobody can say whether something does.
 */
export class Schedule {
  readonly course: Course
  readonly #parts: ScheduleParts
  readonly #agenda: Agenda
  readonly #order = createTurnOrder()
  readonly #hints = createTurnOrder()
  #speculates = false
  #cursor = 0
  #admitted = 0
  #cursorChainMs = 0
  #over: RunOver | undefined

  readonly #freed = (task: Task): void => {
    task.isFree = true
    this.course.consider(task)
  }

  readonly #released = (task: Task): void => {
    task.isHeld = false
    this.course.consider(task)
  }

  constructor(parts: ScheduleParts) {
    this.#parts = parts
    this.#agenda = new Agenda({ ...parts, next: () => this.course.next() })
    this.course = new Course({
      ...parts,
      agenda: this.#agenda,
      speculates: () => this.#speculates && !this.#over,
      hasRun: (task, called) => this.#hasRun(task, called),
      settle: (task, called) => this.settle(task, called),
    })
  }

  /** True when nothing more is to be started, whatever for. */
  get isOver(): boolean {
    return this.#over !== undefined
  }

  do(work: () => void): void {
    this.#agenda.do(work)
  }

  begin(): void {
    const { groups, serial, inTurn, expected } = this.#parts
    for (const group of groups) this.#createTasks(group, group.operations)
    this.#speculates =
      !serial &&
      !inTurn &&
      groups.some(({ work, tasks }) => work.expand || !tasks.every(({ runnable }) => isKnown(runnable)))
    if (this.#speculates) for (const { tasks } of groups) for (const task of tasks) this.#hold(task)
    if (expected && !serial) rankTasks(groups, expected)
    for (const group of groups) if (group.needsOpen === 0) this.#open(group)
    this.#admit()
  }

  /** Ends a task; what waited for it may start. The first ending counts. */
  settle(task: Task, called: Called): void {
    if (task.outcome) return
    const { group, ranMs } = task
    task.outcome = outcomeOf(task, called)
    const waitedMs = task.run && task.reruns === 0 ? 0 : (task.turn?.chainMs ?? 0)
    const chainMs = Math.max(waitedMs, task.sinceMs, group.beforeMs) + ranMs
    if (task.turn) task.turn.chainMs = chainMs
    group.chainMs = Math.max(group.chainMs, chainMs)
    task.phase = 'settled'
    this.course.drop(task)
    if (!task.hasRun) this.#hasRun(task, called)
    if (task.turn) settleTurn(task.turn)
    this.#parts.taskSettled(task, called)
    if (--group.unsettled === 0) this.#agenda.add(() => this.#allSettled(group))
  }

  /** Takes what a group has grown by; `broken` says in words why it could not grow. */
  grown(group: GroupState, operations: readonly NamedOperation[], broken?: string): void {
    group.isGrowing = false
    group.hasGrown = operations.length === 0 || ++group.round > mostRounds(group)
    group.broken = broken
    group.operations = [...group.operations, ...operations]
    group.unsettled += operations.length
    group.beforeMs = group.chainMs
    this.#createTasks(group, operations)
    this.#admit()
    this.#passAhead(group)
    if (group.unsettled === 0) this.#agenda.add(() => this.#allSettled(group))
  }

  /** Starts nothing more, and settles everything that does not run; what runs is for the caller to stop. The first reason counts. */
  end(over: RunOver): void {
    if (this.#over) return
    this.#over = over
    for (const { tasks } of this.#parts.groups) {
      for (const task of tasks) {
        if (task.phase === 'running' || task.phase === 'settling' || task.outcome) continue
        if (task.phase === 'ran') forgetTries(task)
        this.settle(task, over(task.name))
      }
    }
    this.#admit()
  }

  #createTasks(group: GroupState, operations: readonly NamedOperation[]): void {
    const { kinds, deadlineMs } = this.#parts
    for (const operation of operations) {
      group.tasks.push(createTask(group, operation, makeRunnable(operation, kinds, deadlineMs)))
    }
  }

  #hold(task: Task): void {
    task.hint = createTurn(task, this.#released)
    task.isHeld = !this.#hints.admit(task.hint, hintsOf(task.runnable))
  }

  /** Gives operations their turns, in serial order, up to a group that may still grow. */
  #admit(): void {
    const { groups } = this.#parts
    for (let group = groups[this.#cursor]; group; group = groups[++this.#cursor]) {
      for (; this.#admitted < group.tasks.length; this.#admitted++)
        this.#admitTask(group.tasks[this.#admitted]!)
      // Nobody knows yet what a growth will touch, so it is not yet the turn of anything that comes later.
      if (!group.hasGrown && !this.#over) return
      if (group.work.expand) this.#cursorChainMs = Math.max(this.#cursorChainMs, group.beforeMs)
      this.#admitted = 0
    }
  }

  #admitTask(task: Task): void {
    if (!task.hasRun) task.sinceMs = this.#cursorChainMs
    task.isFree = this.#takeTurn(task) || this.#parts.ignoreConflicts
    if (task.outcome) {
      if (task.turn) settleTurn(task.turn)
    } else if (task.group.skipped) this.settle(task, task.group.skipped)
    else if (this.#over) this.settle(task, this.#over(task.name))
    else this.#consider(task)
  }

  /** What touches nothing conflicts with nobody, and needs no turn. */
  #takeTurn(task: Task): boolean {
    const regions = regionsOf(task.runnable)
    if (regions.reads.length === 0 && regions.writes.length === 0) return true
    task.turn = createTurn(task, this.#freed)
    return this.#order.admit(task.turn, regions)
  }

  #consider(task: Task): void {
    this.course.consider(task)
    const isWaiting = task.phase === 'idle' && task.group.openedAt !== undefined && task.turn !== undefined
    if (isWaiting) this.#parts.waiting(task, task.turn!.behind as Task | undefined)
  }

  /** Every needed group has settled: the group may start, or must not. */
  #open(group: GroupState): void {
    group.openedAt = this.#parts.clock.now()
    group.isOpenAhead = true
    for (const needed of group.needs) group.beforeMs = Math.max(group.beforeMs, needed.chainMs)
    group.chainMs = group.beforeMs
    const broken = group.needs.find((needed) => needed.broken !== undefined)?.broken
    if (broken !== undefined && !group.work.always) this.#skip(group, skippedCall(broken), broken)
    else this.#openWhen(group)
    this.#passAhead(group)
    if (group.unsettled === 0) this.#agenda.add(() => this.#allSettled(group))
  }

  /** A group that was not wanted leaves those that need it as they are; one whose condition fails does not. */
  #openWhen(group: GroupState): void {
    const isWanted = this.#over ? done(true) : this.#parts.when(group)
    if (!isWanted.ok) this.#skip(group, skippedCall(isWanted.diagnostic.message), isWanted.diagnostic.message)
    else if (!isWanted.value) this.#skip(group, unwantedCall(group))
    else for (const task of group.tasks) this.#consider(task)
  }

  #skip(group: GroupState, call: Called, broken?: string): void {
    group.skipped = call
    group.broken = broken
    group.hasGrown = true
    for (const task of group.tasks) {
      if (task.phase === 'running') this.#parts.stop(task)
      forgetTries(task)
      this.settle(task, call)
    }
    this.#agenda.add(() => this.#admit())
  }

  /** Every needed group has run, and all was done: what is in the group may run ahead of its turn. */
  #openAhead(group: GroupState): void {
    if (group.isOpenAhead) return
    group.isOpenAhead = true
    for (const task of group.tasks) this.course.consider(task)
    this.#passAhead(group)
  }

  #hasRun(task: Task, { status }: Called): void {
    const { group } = task
    if (task.isDoneAhead) group.doneAhead--
    task.isDoneAhead = status === 'done'
    if (task.isDoneAhead) group.doneAhead++
    endHint(task)
    this.#passAhead(group)
  }

  #passAhead(group: GroupState): void {
    if (group.hasPassed || !this.#speculates || group.doneAhead < group.tasks.length) return
    if (!group.hasGrown) {
      if (this.#parts.plant === 'orphaned-children' && group.tasks.length > 0) this.#grow(group)
      return
    }
    group.hasPassed = true
    for (const dependant of group.dependants) {
      if (--dependant.needsAhead === 0) this.#agenda.add(() => this.#openAhead(dependant))
    }
  }

  #grow(group: GroupState): void {
    if (group.isGrowing) return
    group.isGrowing = true
    this.#parts.grow(group)
  }

  #allSettled(group: GroupState): void {
    if (group.settled || group.unsettled > 0) return
    if (!group.hasGrown && !this.#over) return this.#grow(group)
    group.settled = true
    if (!group.skipped) group.broken ??= brokenBy(group)
    this.#parts.groupSettled(group)
    for (const dependant of group.dependants) {
      if (--dependant.needsOpen === 0) this.#agenda.add(() => this.#open(dependant))
    }
  }
}

/** A group that goes on until it has enough is asked once more than it may grow, so that it can say that it wanted more. */
function mostRounds({ work }: GroupState): number {
  const { rounds = 1 } = work
  return rounds > 1 ? rounds : 0
}

/** What was done ahead of its turn was in vain, and is not told. */
function forgetTries(task: Task): void {
  task.attempts = task.reruns = task.ranMs = 0
  task.firstStartedAt = task.firstFailedAt = undefined
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

/** The call of what is not run because of something else. */
export function skippedCall(cause: string): Called {
  const message = `Skipped because ${cause}.`
  const error = { code: 'DEPENDENCY_FAILED', severity: 'error', message, hint: 'Repair that first.' } as const
  return { status: 'skipped', output: null, error, quality: null, ignored: false }
}

function unwantedCall({ work }: GroupState): Called {
  const message = `Not wanted: the condition of the group "${work.name}" does not hold.`
  const error = { code: 'NOT_WANTED', severity: 'info', message } as const
  return { status: 'skipped', output: null, error, quality: null, ignored: false }
}

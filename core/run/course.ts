import type { Path } from '../vfs/path.ts'
import type { Agenda } from './agenda.ts'
import type { Lanes } from './lanes.ts'
import { type Called, failedWith } from './operate.ts'
import { toDiagnostic } from '../base/diagnostic.ts'
import type { PlantedFault } from './planted.ts'
import { isContention } from './recovery.ts'
import { Speculation } from './speculation.ts'
import { regionsOf, type Task } from './task.ts'
import { settleTurn } from './turns.ts'
import type { Workspace } from '../vfs/workspace.ts'

export interface CourseParts {
  readonly agenda: Agenda
  readonly lanes: Lanes<Task>
  readonly workspace: Workspace
  readonly serial: boolean
  readonly plant: PlantedFault | undefined
  /** False when every operation is known to wait only for what it conflicts with: then none runs ahead of its turn. */
  speculates(): boolean
  /** Calls the operation; answers with `ran`, sooner or later. */
  call(task: Task): void
  /** It runs again, for what it had been told about a path is no longer so. */
  rerunning(task: Task, path: Path): void
  /** It is run once more with nothing beside it. */
  fallingBack(task: Task, called: Called): void
  /** It has come to an end, for now or for good. */
  hasRun(task: Task, called: Called): void
  /** What came of it stands. */
  settle(task: Task, called: Called): void
}

/** Runs of one operation that turned out to have been told wrong things; then it waits for its turn. */
const mostReruns = 3

/** Takes each operation from waiting to settled: in its turn, or ahead of it and again if need be. */
export class Course {
  readonly #parts: CourseParts
  readonly #speculation: Speculation
  readonly #held = new Map<string, Task[]>()
  readonly #alone: Task[] = []
  #running = 0

  constructor(parts: CourseParts) {
    this.#parts = parts
    this.#speculation = new Speculation(parts)
  }

  /** Queues the operation when it may start; takes up what it came to when it had run ahead. */
  consider(task: Task): void {
    // Not at once: what settles frees others, and a chain of them is as long as the plan.
    if (task.phase === 'ran') return this.#parts.agenda.add(() => this.#ripen(task))
    if (task.phase !== 'idle' || !(isRipe(task) || this.#mayRunAhead(task))) return
    task.phase = 'queued'
    this.#parts.lanes.enqueue(task)
  }

  /** What is to be started now; undefined when nothing may be. */
  next(): (() => void) | undefined {
    if (this.#alone.length > 0) return this.#running === 0 ? (): void => this.#startAlone() : undefined
    const task = this.#parts.lanes.next()
    return task && ((): void => this.#start(task))
  }

  /** It waits before it is tried again, and holds no place meanwhile, except in serial order, where nothing may overtake it. */
  pause(task: Task): void {
    task.phase = 'pausing'
    if (!this.#parts.serial) this.leave(task, true)
  }

  /** Takes the operation up again after a pause, unless it was settled meanwhile. */
  resume(task: Task): void {
    if (task.phase !== 'pausing') {
      if (this.#parts.serial) this.leave(task)
      return
    }
    task.phase = this.#parts.serial ? 'running' : 'queued'
    if (this.#parts.serial) this.#parts.call(task)
    else this.#parts.lanes.enqueue(task)
  }

  /** Gives back what a running operation held. */
  leave(task: Task, isRefused = false): void {
    this.#running--
    this.#parts.lanes.release(task, isRefused)
    if (task.exclusive === undefined) return
    const waiting = this.#held.get(task.exclusive)!
    this.#held.delete(task.exclusive)
    for (const other of waiting) this.#parts.lanes.enqueue(other)
  }

  /** Takes the end of a call. */
  ran(task: Task, called: Called): void {
    if (!task.isTraced) this.#speculation.changedBelow(writtenBy(task, called), task.order)
    const { run } = task
    if (!run) return this.#conclude(task, called)
    task.phase = 'ran'
    task.called = called
    task.shown = run.ahead
    this.#speculation.show(run, called.status === 'done' ? called.view : undefined)
    this.#parts.hasRun(task, called)
    this.#ripen(task)
  }

  /** Forgets what an operation that settles has been told and has shown. */
  drop(task: Task): void {
    if (task.run) this.#speculation.forget(task.run)
    if (task.shown) this.#speculation.changed(task.shown.hide(), task.order)
    task.run = task.shown = task.called = undefined
  }

  #mayRunAhead(task: Task): boolean {
    const { serial, speculates } = this.#parts
    if (serial || !task.isTraced || task.isHeld || task.reruns >= mostReruns || !speculates()) return false
    return task.group.isOpenAhead && this.#speculation.hasRoom
  }

  #startAlone(): void {
    const task = this.#alone.shift()!
    if (task.outcome) return
    this.#parts.lanes.seize(task)
    this.#start(task)
  }

  #start(task: Task): void {
    if (task.outcome) return this.#parts.lanes.release(task)
    if (task.exclusive !== undefined) {
      const waiting = this.#held.get(task.exclusive)
      if (waiting) {
        this.#parts.lanes.release(task)
        waiting.push(task)
        return
      }
      this.#held.set(task.exclusive, [])
    }
    this.#running++
    task.phase = 'running'
    if (task.attempts === 0 && !isRipe(task)) this.#begin(task)
    else if (task.run && this.#parts.plant === 'lost-retry-reads') this.#beginAgain(task)
    this.#parts.call(task)
  }

  #begin(task: Task): void {
    task.run = this.#speculation.begin(task.order, () => this.#parts.agenda.add(() => this.#ripen(task)))
  }

  #beginAgain(task: Task): void {
    this.#speculation.forget(task.run!)
    this.#begin(task)
  }

  /** Settles what has run ahead as soon as it is its turn and nothing that it was told is under suspicion. */
  #ripen(task: Task): void {
    const { run } = task
    if (task.phase !== 'ran' || !run || run.isChecking) return
    if (run.suspects.size > 0) this.#check(task)
    else if (isRipe(task)) this.#conclude(task, task.called!)
  }

  #check(task: Task): void {
    const run = task.run!
    const suspects = [...run.suspects]
    run.suspects.clear()
    run.isChecking = true
    const checked = (changed: Path | undefined): void => {
      run.isChecking = false
      if (task.run !== run || task.phase !== 'ran') return
      if (changed === undefined) this.#ripen(task)
      else this.#runAgain(task, changed)
    }
    void run.ahead.findChanged(suspects).then((changed) => this.#parts.agenda.do(() => checked(changed)))
  }

  #runAgain(task: Task, path: Path): void {
    this.#parts.rerunning(task, path)
    this.#speculation.forget(task.run!)
    task.run = task.called = undefined
    task.reruns++
    this.#forgetTries(task)
    this.consider(task)
  }

  #forgetTries(task: Task): void {
    task.attempts = task.ranMs = 0
    task.startedAt = task.firstFailedAt = undefined
    task.phase = 'idle'
  }

  #conclude(task: Task, called: Called): void {
    if (this.#mustFallBack(task, called)) return this.#fallBack(task, called)
    task.phase = 'settling'
    const { view } = called
    if (called.status !== 'done' || !view || view.written.size === 0) return this.#parts.settle(task, called)
    const { agenda } = this.#parts
    const publishing = task.run ? task.run.ahead.publish(view) : view.publish()
    publishing.then(
      () => agenda.do(() => this.#published(task, called)),
      (thrown: unknown) =>
        agenda.do(() =>
          this.#parts.settle(task, failedWith(toDiagnostic(thrown, 'OPERATION_FAILED'), thrown)),
        ),
    )
  }

  #published(task: Task, called: Called): void {
    if (!task.run) this.#speculation.changed(called.view!.written, task.order)
    this.#parts.settle(task, called)
  }

  /** Where too much at once was the trouble, the operation may succeed with nothing beside it. */
  #mustFallBack({ idempotent, fellBack, runnable }: Task, { status, thrown }: Called): boolean {
    return status === 'failed' && idempotent && !fellBack && runnable.ok && isContention(thrown)
  }

  #fallBack(task: Task, called: Called): void {
    this.#parts.fallingBack(task, called)
    if (task.run) this.#speculation.forget(task.run)
    task.run = task.called = undefined
    task.fellBack = true
    task.phase = 'queued'
    this.#alone.push(task)
  }
}

/** It is the operation's turn: nothing that comes earlier can make a difference to it. */
function isRipe({ isFree, group }: Task): boolean {
  return isFree && group.openedAt !== undefined && group.skipped === undefined
}

function writtenBy({ runnable }: Task, { exceeded = [] }: Called): readonly string[] {
  return [...regionsOf(runnable).writes, ...exceeded]
}

/** Lets those go on that had waited for this one to have run. */
export function endHint(task: Task): void {
  if (task.hasRun) return
  task.hasRun = true
  if (task.hint) settleTurn(task.hint)
}

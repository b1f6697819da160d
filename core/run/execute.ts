import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { Conclusion } from './conclude-group.ts'
import { concludeGroup } from './conclude-group.ts'
import type { PlannedGroup, RunEvent } from './events.ts'
import type { OpenExecutor } from './executor.ts'
import { growGroup, isWanted } from './grow.ts'
import { createKinds } from './kinds.ts'
import type { LaneLimits } from './lanes.ts'
import { createLanes } from './lanes.ts'
import type { RunMemory } from './memory.ts'
import type { OperationKind, OperationName } from './operation.ts'
import { outcomesOf } from './outcome.ts'
import { type Called, cancelledOperation } from './operate.ts'
import { createPerformer } from './perform.ts'
import type { PlantedFault } from './planted.ts'
import { placeOf } from './place.ts'
import type { Plan, PlannedWork } from './plan.ts'
import { countRecovery } from './recovery.ts'
import type { Report } from './report.ts'
import { Schedule, skippedCall } from './schedule.ts'
import type { RunProgram, SpawnPlace } from './spawn.ts'
import type { GroupState, Task } from './task.ts'
import { createGroupStates } from './task.ts'
import { judgeRun, timingOf } from './verdict.ts'
import { createWitness } from './witness.ts'

export type { PlantedFault } from './planted.ts'

export interface ExecuteOptions {
  readonly command: string
  readonly id: string
  readonly kinds: (kind: string) => OperationKind | undefined
  readonly workspace: Workspace
  /** Absolute folder of the project, for programs; null when it is not on a disk. */
  readonly folder: string | null
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly concurrency?: Partial<LaneLimits>
  /** One operation at a time, in declared order; values and bytes are the same either way. */
  readonly serial?: boolean
  readonly onEvent?: (event: RunEvent) => void
  /** Milliseconds for operations and kinds that name none, and for each synthesis; ten minutes when left out. */
  readonly deadlineMs?: number
  /** Milliseconds for the whole run: what has not begun by then is skipped, what runs is ended. No bound when left out. */
  readonly budgetMs?: number
  /**
   * What a failure does to operations that do not need it: they go on (`continue`, when left out), what has not begun is skipped
   * (`no-new`), or what runs is ended as well (`kill`).
   */
  readonly onFailure?: 'continue' | 'no-new' | 'kill'
  /** Milliseconds that a stopped operation has to end by itself; 250 when left out. */
  readonly graceMs?: number
  /** Absolute folder for output of programs that does not fit into memory. */
  readonly storeIn?: string
  /** What holds programs that do not say it themselves. */
  readonly isolation?: SpawnPlace['isolation']
  /** Stands in for the machine where programs are run. */
  readonly programs?: RunProgram | undefined
  /** Paths below the root that whoever watches the run writes meanwhile: a trace, a file of events. */
  readonly aside?: readonly string[]
  /** What planning found; errors among it make the run at least partial. */
  readonly diagnostics?: readonly Diagnostic[]
  /** False when planning left something out: the run is at least partial. */
  readonly complete?: boolean
  /** Spreads retries in time: a number from 0 to 1; `Math.random` when left out. */
  readonly random?: () => number
  /** Calls each operation's own code, with something round it: a context for what the code calls in its turn. */
  readonly around?: (name: OperationName, call: () => unknown) => unknown
  /** For tests only: ignores conflicts between operations, to show that the tests can fail. */
  readonly ignoreConflicts?: boolean
  /** For tests only: a fault that the tests must find. */
  readonly plant?: PlantedFault
  /** What is kept of the run, and known from earlier ones; nothing when left out. */
  readonly memory?: RunMemory
  /** Who calls the operations' own code; they are called in this process when left out. */
  readonly executor?: OpenExecutor
}

/** A group, and what came of it besides its outcomes. */
interface Concluded {
  readonly group: GroupState
  notes: Diagnostic[] | undefined
  conclusion: Conclusion | undefined
}

const defaultDeadlineMs = 600_000
const defaultGraceMs = 250

/**
 * Runs a plan, as much at once as needs, conflicts and lanes allow, and reports. Nothing that an operation, a synthesis, a
 * gate or a listener does makes it reject.
 */
export async function execute(plan: Plan, options: ExecuteOptions): Promise<Report> {
  const { clock, signal, serial = false, random = Math.random, deadlineMs = defaultDeadlineMs } = options
  const { onFailure = 'continue', budgetMs, executor } = options
  const kinds = createKinds(options.kinds)
  await kinds.prepare(plan.groups.flatMap(({ operations }) => operations.map(({ kind }) => kind)))
  const startedAt = clock.now()
  const groups = createGroupStates(plan.groups)
  const concluded = groups.map((group): Concluded => ({ group, notes: undefined, conclusion: undefined }))
  const lanes = createLanes<Task>({
    limits: { ...executor?.atOnce, ...options.concurrency },
    serial,
    now: clock.now,
  })
  const syntheses = new Set<() => void>()
  const findings: Diagnostic[] = []
  const recovery = { retries: 0, fallbacks: 0, recovered: 0, recoveryMs: 0 }
  let size = plan.groups.reduce((sum, { operations }) => sum + operations.length, 0)
  let open = groups.length
  let isCancelled = false
  let finish!: () => void
  let abandon!: (reason: unknown) => void
  const finished = new Promise<void>((resolve, reject) => {
    finish = resolve
    abandon = reject
  })

  function emit(event: RunEvent): void {
    try {
      options.onEvent?.(event)
    } catch {
      // A listener that fails must not harm the run that it watches.
    }
  }

  const since = (at: number): number => at - startedAt
  const here = (task: Task): OperationName => ({
    group: task.group.work.name,
    operation: task.name,
  })

  function note(group: GroupState, diagnostic: Diagnostic): void {
    const entry = concluded[group.index]!
    ;(entry.notes ??= []).push(diagnostic)
    emit({ type: 'finding', diagnostic })
  }

  const performer = createPerformer({
    run: options.id,
    surroundings: {
      ...options,
      graceMs: options.graceMs ?? defaultGraceMs,
      witness: createWitness(options.workspace, options),
    },
    clock,
    random,
    memory: options.memory,
    executor,
    schedule: () => schedule,
    around: options.around && ((task, call) => options.around!(here(task), call)),
    started: (task, at) =>
      emit({
        type: 'operation-started',
        at: since(at),
        ...here(task),
        lane: task.lane,
        attempt: task.attempts,
        rerun: task.reruns,
        ...(task.worker !== undefined && { worker: task.worker }),
      }),
    ended: (task, { status }, at) => emit({ type: 'operation-ended', at: since(at), ...here(task), status }),
    retrying: (task, { error }, delayMs) =>
      emit({ type: 'operation-retried', at: since(clock.now()), ...here(task), delayMs, error: error! }),
    progress: (task, message) =>
      emit({ type: 'operation-progress', at: since(clock.now()), ...here(task), message }),
    noted: (task, diagnostic) => note(task.group, diagnostic),
  })

  const schedule: Schedule = new Schedule({
    groups,
    kinds,
    lanes,
    workspace: options.workspace,
    clock,
    deadlineMs,
    serial,
    ignoreConflicts: options.ignoreConflicts ?? false,
    plant: options.plant,
    inTurn: options.memory?.replays ?? false,
    expected: options.memory && ((place) => options.memory!.expectedMs(place)),
    call: performer.call,
    stop: performer.stop,
    waiting: (task, behind) =>
      emit({
        type: 'operation-waiting',
        at: since(clock.now()),
        ...here(task),
        for: behind ? here(behind) : null,
      }),
    rerunning: (task, path) => emit({ type: 'operation-rerun', at: since(clock.now()), ...here(task), path }),
    fallingBack(task, { error }) {
      recovery.fallbacks++
      task.firstFailedAt ??= clock.now()
      emit({ type: 'operation-fell-back', at: since(clock.now()), ...here(task), error: error! })
    },
    grow,
    taskSettled(task, { left }) {
      const { group, outcome } = task
      countRecovery(recovery, task, clock.now())
      options.memory?.record(placeOf(task), { written: [], ...left, outcome: outcome! })
      emit({ type: 'operation-settled', at: since(clock.now()), group: group.work.name, outcome: outcome! })
      if (outcome!.status === 'failed' || outcome!.status === 'timed-out') giveUp(task)
    },
    when(group) {
      const wanted = isWanted(group)
      if (!wanted.ok) note(group, wanted.diagnostic)
      return wanted
    },
    groupSettled: conclude,
    broke: abandon,
  })

  function grow(group: GroupState): void {
    const grown = growGroup(group, size)
    const operations = grown.ok ? grown.value : []
    size += operations.length
    if (!grown.ok) note(group, grown.diagnostic)
    const broken = grown.ok ? undefined : `the group "${group.work.name}" could not grow`
    const ready = (): void => schedule.do(() => schedule.grown(group, operations, broken))
    kinds.prepare(operations.map(({ kind }) => kind)).then(ready, abandon)
  }

  function conclude(group: GroupState): void {
    const options = {
      clock,
      deadlineMs,
      isCancelled: () => isCancelled,
      onStart: (stop: () => void) => void syntheses.add(stop),
    }
    concludeGroup(group, options, (conclusion) => {
      concluded[group.index]!.conclusion = conclusion
      for (const diagnostic of conclusion.findings) emit({ type: 'finding', diagnostic })
      executor?.groupSettled?.(group.work.name)
      emit({ type: 'group-settled', at: since(clock.now()), group: group.work.name })
      if (--open === 0) finish()
    })
  }

  function cancel(): void {
    isCancelled = true
    schedule.do(() => schedule.end(cancelledCall))
    performer.stopAll()
    for (const stop of syntheses) stop()
  }

  function spend(): void {
    findings.push(budgetSpent(budgetMs!))
    emit({ type: 'finding', diagnostic: budgetSpent(budgetMs!) })
    schedule.do(() =>
      schedule.end((name) => skippedCall(`the time for the whole run was over before "${name}" began`)),
    )
    performer.stopAll()
  }

  /** As the run was told to do when something fails. */
  function giveUp(task: Task): void {
    if (onFailure === 'continue' || schedule.isOver) return
    const cause = `"${task.name}" of the group "${task.group.work.name}" ${task.outcome!.status === 'failed' ? 'failed' : 'did not end in time'}`
    schedule.end(() => skippedCall(`${cause}, and the run was told to start nothing new then`))
    if (onFailure === 'kill') performer.stopAll()
  }

  emit({ type: 'run-started', command: options.command, id: options.id, groups: plan.groups.map(shownGroup) })
  if (open === 0) finish()
  signal?.addEventListener('abort', cancel)
  const stopBudget = budgetMs === undefined ? undefined : clock.after(budgetMs, spend)
  try {
    schedule.do(() => {
      schedule.begin()
      if (signal?.aborted) cancel()
    })
    await finished
  } finally {
    signal?.removeEventListener('abort', cancel)
    performer.endPauses()
    stopBudget?.()
  }
  const report = reportOf(
    { ...options, diagnostics: [...(options.diagnostics ?? []), ...findings] },
    concluded,
    {
      wallMs: since(clock.now()),
      cancelled: isCancelled,
      recovery,
    },
  )
  emit({ type: 'run-settled', report })
  return report
}

function cancelledCall(name: string): Called {
  return { status: 'cancelled', output: null, error: cancelledOperation(name), quality: null, ignored: false }
}

function budgetSpent(budgetMs: number): Diagnostic {
  return {
    code: 'BUDGET_SPENT',
    severity: 'error',
    message: `The run was not done within ${budgetMs} ms.`,
    hint: 'Give it more time, or less to do; `heddle run --resume` goes on.',
  }
}

function shownGroup({ name, needs, operations }: PlannedWork): PlannedGroup {
  return { name, needs, operations: operations.map(({ name, kind }) => ({ name, kind })) }
}

interface RunFigures {
  readonly wallMs: number
  readonly cancelled: boolean
  readonly recovery: Report['recovery']
}

function reportOf(
  { command, id, complete = true, diagnostics = [] }: ExecuteOptions,
  concluded: readonly Concluded[],
  { wallMs, cancelled, recovery }: RunFigures,
): Report {
  const groups = concluded.map(({ group, conclusion }) => ({
    name: group.work.name,
    operations: outcomesOf(group),
    synthesis: conclusion!.synthesis,
  }))
  const gates = concluded.flatMap(({ conclusion }) => conclusion!.gates)
  const isComplete =
    complete && concluded.every(({ group, conclusion }) => conclusion!.complete && group.broken === undefined)
  const criticalPathMs = concluded.reduce((longest, { group }) => Math.max(longest, group.chainMs), 0)
  return {
    command,
    id,
    status: judgeRun({ cancelled, groups, gates, complete: isComplete, diagnostics }),
    groups,
    gates,
    timing: timingOf(wallMs, groups, criticalPathMs),
    recovery: { ...recovery },
    diagnostics: [
      ...diagnostics,
      ...concluded.flatMap(({ notes, conclusion }) => [...(notes ?? []), ...conclusion!.findings]),
    ],
  }
}

import { HeddleError, messageOf } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'
import type { Regions } from './claims.ts'
import { compileClaims } from './claims.ts'
import type { Kinds, ReadyKind } from './kinds.ts'
import { checkInput } from './kinds.ts'
import type { Queued } from './lanes.ts'
import type { Claims, Operation } from './operation.ts'
import type { Called, Runnable } from './operate.ts'
import type { NamedOperation, PlannedWork } from './plan.ts'
import type { Outcome } from './report.ts'
import type { Ahead } from '../vfs/workspace.ts'
import type { AheadRun } from './speculation.ts'
import type { Turn } from './turns.ts'

/**
 * How far an operation is: `ran` when it has run ahead of its turn and what came of it may still turn out wrong, `settling`
 * while what it wrote is put into the workspace.
 */
export type Phase = 'idle' | 'queued' | 'running' | 'pausing' | 'ran' | 'settling' | 'settled'

/** An operation in a run: what is to be done, and how far it is. */
export interface Task extends Queued {
  readonly group: GroupState
  readonly operation: NamedOperation
  readonly name: string
  readonly kind: string
  readonly idempotent: boolean
  readonly exclusive: string | undefined
  /** What can be called, or why nothing can. */
  readonly runnable: Result<Runnable>
  /** True when nothing it does is seen outside the workspace, so that it may run ahead of its turn and again. */
  readonly isTraced: boolean
  /** What no later operation that conflicts with it may overtake; undefined before everything earlier is known. */
  turn: Turn | undefined
  /** The same by what operations say they touch: who waits here would only run in vain. */
  hint: Turn | undefined
  /** True when no earlier operation that it conflicts with is left. */
  isFree: boolean
  /** True while an earlier operation that says it conflicts has not run yet. */
  isHeld: boolean
  phase: Phase
  /** The run ahead of its turn that is under way, or that came to an end. */
  run: AheadRun | undefined
  /** What its last run ahead shows to later operations. */
  shown: Ahead | undefined
  called: Called | undefined
  /** True since it first came to an end. */
  hasRun: boolean
  /** True when the last time it did, it was done. */
  isDoneAhead: boolean
  /** Milliseconds of the longest chain that had to end before this could be looked at. */
  sinceMs: number
  attempts: number
  reruns: number
  startedAt: number | undefined
  firstStartedAt: number | undefined
  ranMs: number
  firstFailedAt: number | undefined
  fellBack: boolean
  /** Who called its own code last, when that was not this process by itself. */
  worker: string | undefined
  outcome: Outcome | undefined
}

/** A group in a run. */
export interface GroupState {
  readonly work: PlannedWork
  readonly index: number
  readonly needs: readonly GroupState[]
  readonly dependants: GroupState[]
  operations: readonly NamedOperation[]
  readonly tasks: Task[]
  /** Needed groups that have not settled. */
  needsOpen: number
  /** Operations that have not settled. */
  unsettled: number
  /** When its needs were settled, in milliseconds of the clock. */
  openedAt: number | undefined
  /** True when its needs have run, so that what is in it may run ahead of its turn. */
  isOpenAhead: boolean
  /** Needed groups that have not run. */
  needsAhead: number
  /** Operations whose last result is `done`, be it final or not. */
  doneAhead: number
  /** True when all in it has run and was done. */
  hasPassed: boolean
  isGrowing: boolean
  /** How often it has grown. */
  round: number
  /** True when no more operations will come. */
  hasGrown: boolean
  settled: boolean
  /** How its operations ended when it did not run at all. */
  skipped: Called | undefined
  /** Why groups that need it cannot run: the first operation that is not done, in words. */
  broken: string | undefined
  /** Milliseconds of the longest chain of operations before it, and up to its end. */
  beforeMs: number
  chainMs: number
}

/** The states of a plan's groups, in serial order. */
export function createGroupStates(groups: readonly PlannedWork[]): readonly GroupState[] {
  const states = new Map<string, GroupState>()
  for (const [index, work] of groups.entries()) {
    const needs = work.needs.map((need) => states.get(need)!)
    const state: GroupState = {
      work,
      index,
      needs,
      dependants: [],
      operations: work.operations,
      tasks: [],
      needsOpen: needs.length,
      unsettled: work.operations.length,
      openedAt: undefined,
      isOpenAhead: false,
      needsAhead: needs.length,
      doneAhead: 0,
      hasPassed: false,
      isGrowing: false,
      round: 0,
      hasGrown: work.expand === undefined,
      settled: false,
      skipped: undefined,
      broken: undefined,
      beforeMs: 0,
      chainMs: 0,
    }
    for (const needed of needs) needed.dependants.push(state)
    states.set(work.name, state)
  }
  return [...states.values()]
}

/** More than a group can hold, so that keys of groups never meet. */
const keysPerGroup = 2 ** 17

/** A task for the next operation of the group, not yet started. */
export function createTask(group: GroupState, operation: NamedOperation, runnable: Result<Runnable>): Task {
  const kind = runnable.ok ? runnable.value.kind.kind : undefined
  return {
    runnable,
    group,
    operation,
    order: group.index * keysPerGroup + group.tasks.length,
    rank: 0,
    enteredAt: 0,
    epoch: 0,
    name: operation.name,
    kind: operation.kind,
    lane: kind?.lane ?? 'io',
    idempotent: operation.idempotent ?? kind?.idempotent ?? false,
    exclusive: operation.exclusive,
    isTraced: kind !== undefined && kind.effects !== 'external' && !kind.untraced,
    turn: undefined,
    hint: undefined,
    isFree: false,
    isHeld: false,
    phase: 'idle',
    run: undefined,
    shown: undefined,
    called: undefined,
    hasRun: false,
    isDoneAhead: false,
    sinceMs: 0,
    attempts: 0,
    reruns: 0,
    startedAt: undefined,
    firstStartedAt: undefined,
    ranMs: 0,
    firstFailedAt: undefined,
    fellBack: false,
    worker: undefined,
    outcome: undefined,
  }
}

/** The operation with its kind, its checked input and its claims; or why it cannot be called. */
export function makeRunnable(operation: NamedOperation, kinds: Kinds, deadlineMs: number): Result<Runnable> {
  const kind = kinds.get(operation.kind)
  if (!kind.ok) return kind
  const input = checkInput(operation.name, kind.value.input, operation.input)
  if (!input.ok) return input
  try {
    const ready = withEffects(kind.value, input.value)
    const claims = compileClaims(claimsOf(operation, ready.kind.claims?.(input.value)), ready.kind.effects)
    if (!claims.ok) return claims
    return done({
      name: operation.name,
      kind: ready,
      input: input.value,
      claims: claims.value,
      deadlineMs: operation.deadlineMs ?? ready.kind.deadlineMs ?? deadlineMs,
    })
  } catch (thrown) {
    if (thrown instanceof HeddleError) return failed(thrown.diagnostic)
    return failed({
      code: 'KIND_INVALID',
      severity: 'error',
      message: `The operation kind "${operation.kind}" cannot say what it touches: ${messageOf(thrown)}`,
      hint: 'Correct its claims.',
    })
  }
}

/** The kind as it is for this input. */
function withEffects(ready: ReadyKind, input: unknown): ReadyKind {
  const effects = ready.kind.effectsOf?.(input) ?? ready.kind.effects
  return effects === ready.kind.effects ? ready : { ...ready, kind: { ...ready.kind, effects } }
}

const nothing: Regions = { reads: [], writes: [] }
const anything: Regions = { reads: [''], writes: [''] }
const anyRead: Regions = { reads: [''], writes: [] }

/**
 * What a task may touch for all that is known for certain: by its claims where they bind, or where nothing else can be known.
 * What cannot be called touches nothing.
 */
export function regionsOf(runnable: Result<Runnable>): Regions {
  if (!runnable.ok) return nothing
  const { kind, claims } = runnable.value
  if (isTrusted(runnable.value)) return claims.regions
  return kind.kind.effects === 'none' ? anyRead : anything
}

/** What a task says that it touches. */
export function hintsOf(runnable: Result<Runnable>): Regions {
  return runnable.ok ? runnable.value.claims.hints : nothing
}

/** True when a task is held to its claims, or cannot be watched. */
function isTrusted({ kind: { kind } }: Runnable): boolean {
  return kind.effects === 'external' || kind.untraced === true || kind.binding === true
}

/** True when all that a task may touch is known before it runs. */
export function isKnown(runnable: Result<Runnable>): boolean {
  return !runnable.ok || (isTrusted(runnable.value) && runnable.value.claims.isComplete)
}

const unclaimed: Claims = {}

/** A list that the operation gives replaces the list of its kind. */
export function claimsOf(operation: Operation, ofKind: Claims | undefined): Claims {
  return operation.claims ? { ...ofKind, ...operation.claims } : (ofKind ?? unclaimed)
}

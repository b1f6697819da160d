import { HeddleError, messageOf } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'
import type { Regions } from './claims.ts'
import { compileClaims } from './claims.ts'
import type { Kinds } from './kinds.ts'
import { checkInput } from './kinds.ts'
import type { Queued } from './lanes.ts'
import type { Claims, Operation } from './operation.ts'
import type { Runnable } from './operate.ts'
import type { NamedOperation, PlannedWork } from './plan.ts'
import type { Left } from './remember.ts'
import type { Outcome } from './report.ts'
import type { Turn } from './turns.ts'

/** An operation in a run: what is to be done, and how far it is. */
export interface Task extends Queued {
  readonly group: GroupState
  readonly operation: NamedOperation
  readonly name: string
  readonly kind: string
  readonly idempotent: boolean
  /** What can be called, or why nothing can. */
  readonly runnable: Result<Runnable>
  readonly turn: Turn
  /** True when no earlier operation that it conflicts with is left. */
  isFree: boolean
  isQueued: boolean
  /** Milliseconds of the longest chain that had to end before this could be looked at. */
  readonly sinceMs: number
  attempts: number
  startedAt: number | undefined
  ranMs: number
  firstFailedAt: number | undefined
  outcome: Outcome | undefined
  /** What it has left besides its outcome, for the memory of the run. */
  left: Left | undefined
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
  /** True when no more operations will come. */
  hasGrown: boolean
  settled: boolean
  /** Why it did not run at all. */
  skippedBecause: string | undefined
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
      hasGrown: work.expand === undefined,
      settled: false,
      skippedBecause: undefined,
      broken: undefined,
      beforeMs: 0,
      chainMs: 0,
    }
    for (const needed of needs) needed.dependants.push(state)
    states.set(work.name, state)
  }
  return [...states.values()]
}

/** A task for `operation`, not yet started. */
export function createTask(
  group: GroupState,
  operation: NamedOperation,
  { runnable, turn, order, sinceMs }: Pick<Task, 'runnable' | 'turn' | 'order' | 'sinceMs'>,
): Task {
  const kind = runnable.ok ? runnable.value.kind.kind : undefined
  return {
    runnable,
    turn,
    order,
    sinceMs,
    group,
    operation,
    name: operation.name,
    kind: operation.kind,
    lane: kind?.lane ?? 'io',
    idempotent: operation.idempotent ?? kind?.idempotent ?? false,
    isFree: false,
    isQueued: false,
    attempts: 0,
    startedAt: undefined,
    ranMs: 0,
    firstFailedAt: undefined,
    outcome: undefined,
    left: undefined,
  }
}

/** The operation with its kind, its checked input and its claims; or why it cannot be called. */
export function makeRunnable(operation: NamedOperation, kinds: Kinds, deadlineMs: number): Result<Runnable> {
  const kind = kinds.get(operation.kind)
  if (!kind.ok) return kind
  const input = checkInput(operation.name, kind.value.input, operation.input)
  if (!input.ok) return input
  try {
    const claims = compileClaims(
      claimsOf(operation, kind.value.kind.claims?.(input.value)),
      kind.value.kind.effects,
    )
    if (!claims.ok) return claims
    return done({
      name: operation.name,
      kind: kind.value,
      input: input.value,
      claims: claims.value,
      deadlineMs: operation.deadlineMs ?? kind.value.kind.deadlineMs ?? deadlineMs,
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

/** What cannot be called touches nothing. */
export function regionsOf(runnable: Result<Runnable>): Regions {
  return runnable.ok ? runnable.value.claims.regions : { reads: [], writes: [] }
}

/** A list that the operation gives replaces the list of its kind. */
function claimsOf(operation: Operation, ofKind: Claims | undefined): Claims {
  return { ...ofKind, ...operation.claims }
}

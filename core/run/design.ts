import type { Diagnostic } from '../base/diagnostic.ts'
import type { GateSeverity } from '../module/module.ts'
import { criticalChain, type Forecast, forecast, unknownMs } from './forecast.ts'
import { type DeclaredSeverities, gateSeverities } from './gates.ts'
import { createKinds } from './kinds.ts'
import type { Place } from './memory.ts'
import type { Claims, Effects, Lane, OperationKind, OperationName } from './operation.ts'
import type { Plan, PlannedWork } from './plan.ts'
import { mostAttempts } from './recovery.ts'
import { claimsOf } from './task.ts'

/** One operation of a plan. What is null cannot be known, for `problem` says why it cannot be called. */
export interface DesignedOperation {
  readonly group: string
  /** Groups that must be done before. */
  readonly needs: readonly string[]
  readonly name: string
  readonly kind: string
  readonly lane: Lane | null
  readonly effects: Effects | null
  readonly idempotent: boolean | null
  /** As globs; a list that is left out stands for everything. */
  readonly claims: Claims | null
  /** Earlier operations that touch the same by their claims; of more than eight, the nearest. */
  readonly conflictsWith: readonly OperationName[]
  /** True when only running it shows what it touches: it runs ahead of its turn, and again where that was too early. */
  readonly speculative: boolean
  /** Operations with the same name here never run at once. */
  readonly exclusive: string | null
  /** Operations of the same level can all run at once; 1 is the first. */
  readonly level: number
  readonly deadlineMs: number | null
  /** Milliseconds that it took before; null when nobody knows. */
  readonly expectedMs: number | null
  /** True on the chain of operations that ends last, which no concurrency can shorten. */
  readonly critical: boolean
  readonly problem: Diagnostic | null
}

/** A plan as it would run, before anything has run. */
export interface ParallelDesign {
  readonly command: string
  readonly operations: readonly DesignedOperation[]
  /** `group` is null for the gates of every run. */
  readonly qualityGates: readonly {
    readonly group: string | null
    readonly name: string
    readonly severity: GateSeverity
  }[]
  readonly errorHandling: {
    readonly onFailure: 'continue' | 'no-new' | 'kill'
    readonly dependants: 'skip'
    /** Calls of an idempotent operation whose error says that it may pass, at most. */
    readonly attempts: number
    /** What is done when these are spent, or something was in the way. */
    readonly fallback: 'sequential'
  }
  /** Groups whose outcomes are put together, and those whose outcomes are given as they are. */
  readonly synthesisStrategy: readonly {
    readonly group: string
    readonly needs: readonly string[]
    readonly synthesised: boolean
    /** True when more operations may come of its outcomes, `rounds` times at most. */
    readonly grows: boolean
    readonly rounds: number
    /** True when it is run only if what it needs says so. */
    readonly conditional: boolean
  }[]
  /**
   * Milliseconds one after the other, and of the longest chain; null when nothing is known. Operations that nobody knows the
   * duration of, among them all that are too short to be kept, count as one each.
   */
  readonly expected: { readonly serialMs: number | null; readonly criticalPathMs: number | null }
  /** What planning found. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface DesignOptions {
  readonly command: string
  readonly kinds: (kind: string) => OperationKind | undefined
  /** Milliseconds for operations and kinds that name none. */
  readonly deadlineMs: number
  readonly severities: DeclaredSeverities
  /** What a failure does to operations that do not need it; they go on when left out. */
  readonly onFailure?: ParallelDesign['errorHandling']['onFailure'] | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly expectedMs?: ((place: Place) => number | undefined) | undefined
}

/** The design of a plan: nothing is run, and no file is looked at. */
export async function designPlan(plan: Plan, options: DesignOptions): Promise<ParallelDesign> {
  const { groups } = plan
  const kinds = createKinds(options.kinds)
  await kinds.prepare(groups.flatMap(({ operations }) => operations.map(({ kind }) => kind)))
  const seen = forecast(plan, { kinds, deadlineMs: options.deadlineMs, expectedMs: options.expectedMs })
  const critical = new Set(criticalChain(seen))
  return {
    command: options.command,
    operations: seen.map((each) => designed(each, seen, critical.has(each.index))),
    qualityGates: gatesOf(groups, options.severities),
    errorHandling: {
      onFailure: options.onFailure ?? 'continue',
      dependants: 'skip',
      attempts: mostAttempts,
      fallback: 'sequential',
    },
    synthesisStrategy: groups.map((group) => ({
      group: group.name,
      needs: group.needs,
      synthesised: group.synthesise !== undefined,
      grows: group.expand !== undefined,
      rounds: group.expand ? (group.rounds ?? 1) : 0,
      conditional: group.when !== undefined,
    })),
    expected: expectedOf(seen),
    diagnostics: options.diagnostics,
  }
}

function designed(each: Forecast, all: readonly Forecast[], critical: boolean): DesignedOperation {
  const { group, operation, runnable, level, expectedMs } = each
  const ready = runnable.ok ? runnable.value : undefined
  const kind = ready?.kind.kind
  return {
    group: group.name,
    needs: group.needs,
    name: operation.name,
    kind: operation.kind,
    lane: kind?.lane ?? null,
    effects: kind?.effects ?? null,
    idempotent: kind ? (operation.idempotent ?? kind.idempotent) : null,
    claims: ready && kind ? claimsOf(operation, kind.claims?.(ready.input)) : null,
    conflictsWith: each.conflicts.toReversed().map((index) => nameOf(all[index]!)),
    speculative: !each.isKnown && kind?.effects !== 'external' && kind !== undefined,
    exclusive: operation.exclusive ?? null,
    level,
    deadlineMs: ready?.deadlineMs ?? null,
    expectedMs: expectedMs ?? null,
    critical,
    problem: runnable.ok ? null : runnable.diagnostic,
  }
}

function nameOf({ group, operation }: Forecast): OperationName {
  return { group: group.name, operation: operation.name }
}

function gatesOf(
  groups: readonly PlannedWork[],
  severities: DeclaredSeverities,
): ParallelDesign['qualityGates'] {
  const own = groups.flatMap(({ name: group, gates = [] }) =>
    gates.map(({ name, severity }) => ({ group, name, severity })),
  )
  const ofRun = Object.entries(gateSeverities).map(([name, severity]) => ({
    group: null,
    name,
    severity: severities.get(name) ?? severity,
  }))
  return [...own, ...ofRun]
}

function expectedOf(all: readonly Forecast[]): ParallelDesign['expected'] {
  if (all.every(({ expectedMs }) => expectedMs === undefined)) return { serialMs: null, criticalPathMs: null }
  return {
    serialMs: all.reduce((sum, { expectedMs }) => sum + (expectedMs ?? unknownMs), 0),
    criticalPathMs: all.reduce((latest, { endMs }) => Math.max(latest, endMs), 0),
  }
}

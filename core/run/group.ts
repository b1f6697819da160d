import type { GateSeverity } from '../module/module.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Operation } from './operation.ts'
import type { Outcome } from './report.ts'

/** What a group's own functions are given besides the outcomes. */
export interface SynthesisContext {
  /** Outcomes of this group and of all that it needs, directly or through others, by full name. */
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
  /** Adds a finding to the report. */
  report(diagnostic: Diagnostic): void
}

/** A verdict over a group's outcomes and synthesis. `undefined` means that it could not be judged: skipped. */
export interface GateSpec<S = unknown> {
  readonly name: string
  readonly severity: GateSeverity
  check(outcomes: readonly Outcome[], synthesis: S | undefined): boolean | undefined
}

/** Operations that belong together, the groups they need, and the function that reads their outcomes. */
export interface Group<S = unknown> {
  readonly name: string
  /** Names of groups of the same plugin, or full names `plugin/group`. */
  readonly needs?: readonly string[]
  /** True runs it although something that it needs was not done: it reads what did come of it, or tidies up. */
  readonly always?: boolean
  readonly operations: readonly Operation[]
  /**
   * Whether the group is to be run at all, from the outcomes of all that it needs, by full name; asked when they have settled. When
   * not, its operations are skipped, and groups that need it go on as if it had been done.
   */
  when?(outcomes: ReadonlyMap<string, readonly Outcome[]>): boolean
  /**
   * More operations from the outcomes of all so far; called once, or as often as `rounds` says until it gives none. `round`
   * counts from 1. `needed` holds the outcomes of all that the group needs, by full name.
   */
  expand?(
    outcomes: readonly Outcome[],
    round: number,
    needed: ReadonlyMap<string, readonly Outcome[]>,
  ): readonly Operation[]
  /** How often the group may grow; 1 when left out. One that would go on after that is named with ROUNDS_SPENT. */
  readonly rounds?: number
  /** Reads all outcomes in declared order, failed ones included. */
  synthesise?(outcomes: readonly Outcome[], context: SynthesisContext): S | Promise<S>
  readonly gates?: readonly GateSpec<S>[]
}

/** Gives the group back with the type of its synthesis inferred. */
export function defineGroup<S>(group: Group<S>): Group {
  return group
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { GateSeverity } from '../module/module.ts'
import type { OperationFailure, RecoveryStrategy } from './failure.ts'
import type { Quality } from './operation.ts'
import type { Usage } from './usage.ts'

export type OutcomeStatus = 'done' | 'failed' | 'skipped' | 'timed-out' | 'cancelled'

/** How one operation ended. Times are milliseconds. */
export interface Outcome {
  readonly name: string
  readonly kind: string
  readonly status: OutcomeStatus
  readonly attempts: number
  readonly reruns: number
  readonly queuedMs: number
  readonly ranMs: number
  /** What the operation gave; null when it gave nothing. Kept also when a command ended with another code than 0. */
  readonly output: unknown
  readonly error: Diagnostic | null
  readonly quality: Quality | null
  /** There when the outcome was recorded before the run was resumed, and the operation did not run again. */
  readonly replayed?: { readonly at: string }
  /** There when the operation may be cached: whether it was, and why not. */
  readonly cache?: CacheUse
  /** Who ran it; left out when that was the run's own process. */
  readonly worker?: string
}

/** A result of an earlier run, by the time it was made, its age and its inputs; or why there was none. */
export type CacheUse =
  | { readonly hit: true; readonly at: string; readonly ageMs: number; readonly inputs: readonly string[] }
  | { readonly hit: false; readonly because: string }

export interface GroupReport {
  readonly name: string
  readonly operations: readonly Outcome[]
  readonly synthesis: unknown
}

export interface GateReport {
  readonly name: string
  readonly severity: GateSeverity
  readonly status: 'passed' | 'failed' | 'skipped'
}

/** Milliseconds; `reduction` is the share of the serial time that was saved, 0 to 1 (negative when parallel lost). */
export interface Timing {
  readonly wallMs: number
  readonly serialMs: number
  readonly criticalPathMs: number
  readonly reduction: number
}

export interface RecoveryFigures {
  readonly retries: number
  readonly fallbacks: number
  readonly recovered: number
  readonly recoveryMs: number
}

/** How much of a run was done, and what it took. */
export interface RunFigures extends Usage {
  /** The share of the operations that were wanted and done, 0 to 1; null when there were none. */
  readonly completionRate: number | null
  /** The share of the operations in trouble that were done in the end, 0 to 1; null when none was. */
  readonly recoveryRate: number | null
}

export type RunStatus = 'passed' | 'failed' | 'partial' | 'cancelled'

/** What a run found: plain data, printable. */
export interface Report {
  readonly command: string
  readonly id: string
  readonly status: RunStatus
  readonly groups: readonly GroupReport[]
  readonly gates: readonly GateReport[]
  readonly timing: Timing
  readonly recovery: RecoveryFigures
  readonly diagnostics: readonly Diagnostic[]
  readonly figures?: RunFigures
  /** What failed for good and what could be done about it; left out when nothing did. */
  readonly failures?: readonly OperationFailure[]
  readonly recoveryStrategy?: RecoveryStrategy
}

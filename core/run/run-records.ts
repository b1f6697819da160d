import type { Diagnostic } from '../base/diagnostic.ts'
import type { RunEvent } from './events.ts'
import type { Kept } from './keeping-values.ts'
import type { Quality } from './operation.ts'
import type { CacheUse, Outcome, OutcomeStatus, Report, RunStatus } from './report.ts'
import type { Stored } from './run-writer.ts'
import type { Look } from './trace-reads.ts'

/** The first record of a part: who writes it, and what of. */
export interface HeadRecord {
  readonly t: 'run'
  readonly id: string
  readonly command: string
  readonly given: { readonly positional: readonly string[]; readonly named: Readonly<Record<string, string>> }
  readonly commit: 'passed' | 'always' | 'never'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly pid: number
  /** When the process started, as the machine says it. */
  readonly start: string
}

/** The groups of the plan, each with its needs and its operations by name and kind. */
export interface PlanRecord {
  readonly t: 'plan'
  readonly groups: readonly (readonly [string, readonly string[], readonly (readonly [string, string])[]])[]
}

/** Written before an operation with effects outside begins. */
export interface StartRecord {
  readonly t: 'start'
  readonly group: string
  readonly name: string
  readonly key: string
  /** What it claims to write, scratch included; null when that may be anything. */
  readonly writes: readonly string[] | null
}

/** A final outcome; what is left out is as it mostly is. Times are milliseconds since the part began. */
export interface OutcomeRecord {
  readonly t: 'outcome'
  readonly group: string
  readonly name: string
  readonly kind: string
  /** Digest of what the operation was asked to do. */
  readonly key: string
  readonly status?: Exclude<OutcomeStatus, 'done'>
  readonly attempts?: number
  readonly reruns?: number
  readonly queuedMs?: number
  readonly ranMs: number
  readonly output?: Kept
  readonly error?: Diagnostic
  readonly quality?: Quality
  readonly cache?: CacheUse
  readonly written?: readonly WrittenRecord[]
  readonly looks?: readonly Look[]
  /** When it first began, and when it was over. */
  readonly times: readonly [number | null, number]
}

export interface WrittenRecord {
  readonly path: string
  readonly type: 'added' | 'changed' | 'removed'
  readonly folder?: true
  readonly bytes?: Stored
}

/** Something that happened to an operation and explains when or how often it ran. */
export interface EventRecord {
  readonly t: 'event'
  readonly event: TellingEvent
}

export type TellingEvent =
  | Extract<
      RunEvent,
      { type: 'operation-waiting' | 'operation-rerun' | 'operation-retried' | 'operation-fell-back' }
    >
  /** What was recorded of it did not hold any more: `path` was changed since. */
  | {
      readonly type: 'operation-stale'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly path: string
    }

/** What is about to reach the disk, all or nothing: each path with the digest it will have. */
export interface CommitRecord {
  readonly t: 'commit'
  readonly targets: readonly Target[]
}

export interface Target {
  readonly path: string
  /** Digest of the file; `folder`, or `absent`. */
  readonly mark: string
}

/** A report without its outcomes, which are records of their own. */
export interface ReportRecord extends Omit<Report, 'groups'> {
  readonly t: 'report'
  /** Each group: its name, its operations, and its synthesis where it has one. */
  readonly groups: readonly (
    | readonly [string, readonly ReportedOperation[]]
    | readonly [string, readonly ReportedOperation[], Kept]
  )[]
}

/** A name when the outcome is as recorded; otherwise what is different in it, or all of it. */
export type ReportedOperation =
  | string
  | { readonly name: string; readonly but: Partial<Outcome> }
  | { readonly outcome: Outcome }

/** The run is over. */
export interface EndRecord {
  readonly t: 'end'
  readonly status: RunStatus
  readonly committed: boolean
  readonly operations: number
  readonly wallMs: number
  /** True when an operation was not run because it may have run already. */
  readonly uncertain: boolean
}

export type RunRecord =
  | HeadRecord
  | PlanRecord
  | StartRecord
  | OutcomeRecord
  | EventRecord
  | CommitRecord
  | ReportRecord
  | EndRecord

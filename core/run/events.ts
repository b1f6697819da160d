import type { Diagnostic } from '../base/diagnostic.ts'
import type { Lane, OperationName } from './operation.ts'
import type { Outcome, OutcomeStatus, Report } from './report.ts'

export type { OperationName } from './operation.ts'

/** What happens in a run, as it happens. `group` and `operation` are names as the report shows them; times are milliseconds since the run began. */
export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly command: string
      readonly id: string
      readonly groups: readonly PlannedGroup[]
    }
  /** Each time that it starts: `attempt` counts tries, `rerun` counts runs that were repeated for what an earlier operation wrote. */
  | {
      readonly type: 'operation-started'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly lane: Lane
      readonly attempt: number
      readonly rerun: number
      /** Who runs it; left out when that is the run's own process. */
      readonly worker?: string
    }
  /** Each time that it has ended, before it is known whether that stands. */
  | {
      readonly type: 'operation-ended'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly status: OutcomeStatus
    }
  /** It could start but for an earlier operation that touches the same. */
  | {
      readonly type: 'operation-waiting'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly for: OperationName | null
    }
  /** It runs again: what it had read at `path` was changed by an earlier operation. */
  | {
      readonly type: 'operation-rerun'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly path: string
    }
  /** It failed with an error that may pass, and is tried again after a pause. */
  | {
      readonly type: 'operation-retried'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly delayMs: number
      readonly error: Diagnostic
    }
  /** It is run once more, with nothing beside it. */
  | {
      readonly type: 'operation-fell-back'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly error: Diagnostic
    }
  | {
      readonly type: 'operation-progress'
      readonly at: number
      readonly group: string
      readonly operation: string
      readonly message: string
    }
  | {
      readonly type: 'operation-settled'
      readonly at: number
      readonly group: string
      readonly outcome: Outcome
    }
  | { readonly type: 'group-settled'; readonly at: number; readonly group: string }
  | { readonly type: 'finding'; readonly diagnostic: Diagnostic }
  | { readonly type: 'run-settled'; readonly report: Report }

export interface PlannedGroup {
  readonly name: string
  readonly needs: readonly string[]
  readonly operations: readonly { readonly name: string; readonly kind: string }[]
}

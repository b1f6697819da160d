import type { Diagnostic } from '../base/diagnostic.ts'
import type { Outcome, Report } from './report.ts'

/** What happens in a run, as it happens. `group` and `operation` are names as the report shows them; times are milliseconds since the run began. */
export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly command: string
      readonly id: string
      readonly groups: readonly PlannedGroup[]
    }
  | {
      readonly type: 'operation-started'
      readonly at: number
      readonly group: string
      readonly operation: string
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

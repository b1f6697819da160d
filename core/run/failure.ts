import type { Diagnostic } from '../base/diagnostic.ts'
import type { OperationName } from './operation.ts'

/** An operation that failed for good, and what that kept from running. */
export interface OperationFailure {
  readonly operation: OperationName
  /** True when the error says that a moment later it might not happen. */
  readonly recoverable: boolean
  /** Operations that were not run because they need it. */
  readonly dependentOperations: readonly OperationName[]
  readonly cause: Diagnostic | null
}

/** How what failed can be made good. */
export interface RecoveryStrategy {
  readonly individualRecoveries: readonly (
    | { readonly type: 'individual-retry'; readonly operation: OperationName }
    | { readonly type: 'sequential-fallback'; readonly operations: readonly OperationName[] }
  )[]
  /** `repair-first` when nothing that failed would end otherwise by running it again. */
  readonly overallStrategy: 'individual-retry' | 'sequential-fallback' | 'mixed' | 'repair-first'
  /** What must be true of the next run, in sentences. */
  readonly successCriteria: readonly string[]
}

import type { OutcomeStatus } from 'heddle'

/** Why a step comes after another: it says so, it uses a value of it, or it touches what that one writes. */
export type Reason = 'needs' | 'value' | 'file'

/** One step of a workflow, and what came of it. */
export interface WorkflowStep {
  readonly name: string
  /** `not-wanted`: its condition did not hold. */
  readonly status: OutcomeStatus | 'not-wanted'
  /** Steps of one level wait for none of each other; 1 is the first. */
  readonly level: number
  readonly after: readonly { readonly step: string; readonly because: Reason }[]
  /** How many operations it came to. */
  readonly operations: number
  /** True when the workflow failed and something that its programs wrote stays on the disk. */
  readonly leftBehind: boolean
}

/** What came of a workflow. */
export interface WorkflowResult {
  /** What a person reads first. */
  readonly summary: readonly string[]
  /** Every step was done, or not wanted. */
  readonly parallelExecutionComplete: boolean
  /** No step left out part of its work, and a workflow that failed has left nothing behind. */
  readonly qualityPreserved: boolean
  /** No step waited for another without a reason that can be seen. */
  readonly workflowOptimized: boolean
  readonly steps: readonly WorkflowStep[]
}

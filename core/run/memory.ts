import type { Change } from '../vfs/changes.ts'
import type { NamedOperation } from './plan.ts'
import type { Outcome } from './report.ts'

/** What an operation has written: each changed path with its new bytes, or null where it was removed or is a folder. */
export interface Written extends Change {
  readonly isFolder: boolean
  readonly bytes: Uint8Array | null
}

/** An outcome as it was recorded, with what it left in the workspace. */
export interface Recalled {
  readonly outcome: Outcome
  readonly written: readonly Written[]
}

/** One operation of a run, by the place that it has in the plan. */
export interface Place {
  /** Full name of its group. */
  readonly group: string
  readonly operation: NamedOperation
}

/** What a run keeps of itself on the disk, and knows from earlier runs. */
export interface RunMemory {
  /** What is known of an operation, so that it need not run; undefined when it must. */
  recall(place: Place): Recalled | undefined
  /** Settles when it is safe on the disk that the operation, which has effects outside, is about to run. */
  starting(place: Place): Promise<void>
  /** Takes a final outcome; called once an operation, in the order in which outcomes become final. */
  record(place: Place, recalled: Recalled): void
  /** Settles when everything recorded so far is safe on the disk. */
  flush(): Promise<void>
  /** Milliseconds that the operation is expected to take; undefined when it never ran. */
  expectedMs(place: Place): number | undefined
}

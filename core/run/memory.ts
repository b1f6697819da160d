import type { Change } from '../vfs/changes.ts'
import type { OperationKind } from './operation.ts'
import type { NamedOperation } from './plan.ts'
import type { CacheUse, Outcome } from './report.ts'
import type { Look } from './trace-reads.ts'

/** What an operation has written: each changed path with its new bytes, or null where it was removed or is a folder. */
export interface Written extends Change {
  readonly isFolder: boolean
  readonly bytes: Uint8Array | null
}

/** An outcome as it was recorded, with what it left in the workspace. */
export interface Recalled {
  readonly outcome: Outcome
  readonly written: readonly Written[]
  /** What it looked at, in order; left out when that is not known. It holds while all of this is as it was. */
  readonly looks?: readonly Look[] | undefined
  /** True for paths that may differ: what the run itself changed outside, later, says nothing against it. */
  readonly excuses?: ((path: string) => boolean) | undefined
  /** Another answer, for when this one does not hold. */
  readonly otherwise?: Recalled | undefined
}

/** One operation of a run, by the place that it has in the plan. */
export interface Place {
  /** Full name of its group. */
  readonly group: string
  readonly operation: NamedOperation
  /** The kind of the operation, and its input as the kind's schema gave it; left out when it cannot be called. */
  readonly kind?: OperationKind | undefined
  readonly input?: unknown
}

/** What a run keeps of itself on the disk, and knows from earlier runs. */
export interface RunMemory {
  /** True when most is known, so that nothing should be tried before it is certain that it must. */
  readonly replays: boolean
  /** What is known of an operation, so that it need not run; undefined when it must. */
  recall(place: Place): Recalled | undefined
  /** Told that what was recalled does not hold, because of a look that is not what it was. */
  missed(place: Place, look: Look): void
  /** What the outcome says of the cache, when nothing was recalled; undefined for what is not cached. */
  cacheUse(place: Place): CacheUse | undefined
  /** True when it must be known what the files that it claims to read are, before it runs. */
  wantsClaimed(place: Place): boolean
  /** Settles when it is safe on the disk that the operation, which has effects outside, is about to run. */
  starting(place: Place): Promise<void>
  /** Takes a final outcome; called once an operation, in the order in which outcomes become final. */
  record(place: Place, recalled: Recalled): void
  /** Settles when everything recorded so far is safe on the disk. */
  flush(): Promise<void>
  /** Milliseconds that the operation is expected to take; undefined when it never ran. */
  expectedMs(place: Place): number | undefined
}

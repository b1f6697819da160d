import type { Diagnostic } from '../base/diagnostic.ts'
import type { LaneLimits } from './lanes.ts'
import type { Workbench } from './workbench.ts'
import type { Claims, Lane, OperationContext, OperationKind, OperationName } from './operation.ts'

/** One call of an operation: what is to be done as plain data, and the doors to the run that it belongs to. */
export interface OperationCall extends OperationName {
  readonly kind: OperationKind
  /** As the kind's schema gave it. */
  readonly input: unknown
  readonly claims: Claims
  /** Whether it may be done twice, should nobody know whether it was done once. */
  readonly idempotent: boolean
  /** Milliseconds that it may take from `began` on. */
  readonly deadlineMs: number
  /** How often it had been run in vain before, for what earlier operations wrote. */
  readonly rerun: number
  /** Its files, as they are at its place in the serial order: whatever is asked of them is on record. */
  readonly context: OperationContext
  /**
   * Says that it has begun, and who does it when that is not this process: its deadline counts from here, and not from the call. Again when somebody else has to
   * begin anew.
   */
  began(worker?: string): void
}

/** Carries out the calls of one run. */
export interface OpenExecutor {
  /** Operations at once in each lane, where nobody has set another number. */
  readonly atOnce?: Partial<LaneLimits>
  /**
   * Gives what the kind's own code gave, with what it wrote written to the files of the context; rejects with what it threw. The
   * signal of the context aborts at the deadline and on cancel: then it must settle soon.
   */
  call(call: OperationCall): unknown
  /** Told when nothing more of a group will be called. */
  groupSettled?(group: string): void
  /** Called when the run is over, however it ended; gives what is to be said of it in the report, and nothing when called again. */
  close(): Promise<readonly Diagnostic[]>
}

/** The run that an executor is opened for. */
export interface ExecutorRun {
  readonly id: string
  readonly command: string
  /** Absolute folder of the project; null when it is not on a disk. */
  readonly folder: string | null
  /** Absolute folder for output of programs that does not fit into memory; a temporary one when left out. */
  readonly storeIn?: string
  /** Tells whoever watches the run at once; it stands in the report too. */
  tell(diagnostic: Diagnostic): void
}

/** How a worker is to serve. */
export interface ServeOptions {
  /** What it takes; every lane when left out. */
  readonly lanes?: readonly Lane[]
  /** Operations at once in each lane; as many as the machine has cores when left out. */
  readonly concurrency?: number
  /** The name that reports show; made from the machine and the process when left out. */
  readonly name?: string
  /** Told of what it does, as it does it. */
  onEvent?(event: ServeEvent): void
}

/** What a worker does. */
export type ServeEvent =
  | ({ readonly type: 'began' | 'ended'; readonly run: string } & OperationName)
  | { readonly type: 'trouble'; readonly diagnostic: Diagnostic }
  | { readonly type: 'recovered' }

/** How a worker is. */
export interface WorkerHealth {
  readonly worker: string
  /** False while it cannot reach what it serves, and while it drains. */
  readonly ready: boolean
  readonly lanes: readonly Lane[]
  readonly concurrency: number
  readonly done: number
  readonly failed: number
  readonly running: readonly (OperationName & { readonly run: string; readonly sinceMs: number })[]
}

/** A worker at work. */
export interface Serving {
  readonly name: string
  health(): WorkerHealth
  /** Takes nothing more, and settles when what runs has ended. */
  drain(): Promise<void>
}

/** What waits, runs and has failed. */
export interface QueueStatus {
  readonly lanes: readonly {
    readonly lane: Lane
    readonly waiting: number
    readonly active: number
    readonly failed: number
    readonly done: number
    readonly workers: number
  }[]
  readonly workers: readonly WorkerHealth[]
}

/** For whoever looks after a queue. */
export interface QueueCare {
  status(): Promise<QueueStatus>
  /** Removes what waits; gives how much it was. What runs goes on. */
  drain(): Promise<number>
  /** Puts what has failed back; gives how much it was. */
  retry(): Promise<number>
  close(): Promise<void>
}

/**
 * Who runs the code of operations. Order, validation, retries, deadlines, gates and the report stay with the run: an executor only
 * makes calls, somewhere, and brings back what came of them.
 */
export interface Executor {
  readonly name: string
  /** Rejects when calls cannot be made: the run then does not begin. */
  open(run: ExecutorRun): Promise<OpenExecutor>
  /** Makes this process one of those that it makes calls in; left out where there are none. */
  serve?(bench: Workbench, options: ServeOptions): Promise<Serving>
  /** Left out where nothing is kept that somebody could look after. */
  care?(): Promise<QueueCare>
}

/** Calls operations in this process, as a run without an executor does. */
export const localExecutor: Executor = {
  name: 'local',
  open: async () => ({
    call({ kind, input, context, began }) {
      began()
      return kind.run(input, context)
    },
    close: async () => [],
  }),
}

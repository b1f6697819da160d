import type { Lane } from 'heddle'
import type { Engine } from './engine.ts'
import type { JobData } from './messages.ts'

interface WaitedFor {
  readonly lane: Lane
  readonly data: JobData
}

export interface SweepOptions<T extends WaitedFor> {
  /** What is somewhere else now. */
  waiting(): readonly T[]
  finished(call: string, value: unknown): void
  failed(call: string, reason: string): void
  /** The queue does not know it (any more). */
  lost(each: T): void
}

const sweepMs = 3000
const mostSwept = 64

/**
 * Asks the queue now and then how jobs ended that nobody has told of for a while: a worker may have died just after its result was
 * taken, or a message was lost with the queue. Gives what ends it.
 */
export function sweepResults<T extends WaitedFor>(engine: Engine, options: SweepOptions<T>): () => void {
  let before = new Set<string>()
  let sweeping = false

  /** Only what was there at the sweep before as well: the rest is on its way. */
  async function sweep(): Promise<void> {
    if (sweeping) return
    sweeping = true
    try {
      const all = options.waiting()
      const old = all.filter(({ data }) => before.has(data.call))
      for (const each of old.slice(0, mostSwept)) await look(each)
      before = new Set(all.map(({ data }) => data.call))
    } catch {
      // It is asked again.
    } finally {
      sweeping = false
    }
  }

  async function look(each: T): Promise<void> {
    const { lane, data } = each
    const job = await engine.queue(engine.laneQueue(lane)).getJob(data.call)
    if (!job) return options.lost(each)
    if (job.finishedOn === undefined) return
    if (job.failedReason) options.failed(data.call, job.failedReason)
    else options.finished(data.call, job.returnvalue)
  }

  const timer = setInterval(() => void sweep(), sweepMs)
  return () => clearInterval(timer)
}

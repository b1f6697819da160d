import type { Lane } from 'heddle'
import type { Engine, FlowJob } from './engine.ts'
import type { JobData } from './messages.ts'

/** Puts operations into the queue, a group as a flow: a parent, and its operations as its children. */
export interface Flows {
  /** Settles when the operation is in the queue; those of one moment go together. */
  add(group: string, lane: Lane, data: JobData): Promise<void>
  /** The same for one that the queue no longer knows; it may have lost the parent too. */
  again(group: string, lane: Lane, data: JobData): Promise<void>
  /** Nothing more of the group will come: its parent is through when its operations are. */
  seal(group: string): void
  /** Settles when all that was begun here is done. */
  flush(): Promise<void>
}

interface Waiting {
  readonly lane: Lane
  readonly data: JobData
  /** What is to be waited for. */
  settle(sent: Promise<void>): void
}

/** Operations for one transaction of the queue: workers begin with the first while the next are on their way. */
const mostTogether = 100

/** A seal stays where it is until it is taken away. */
const farAwayMs = 30 * 24 * 3_600_000

/** The flows of one run; `opened` tells its jobs from those of others. */
export function createFlows(engine: Engine, { run, opened }: { run: string; opened: string }): Flows {
  const producer = engine.flows()
  const begun = new Map<string, Promise<string>>()
  const waiting = new Map<string, Waiting[]>()
  const open = new Set<Promise<unknown>>()
  let parents = 0

  function track(work: Promise<unknown>): void {
    open.add(work)
    void work.catch(() => undefined).finally(() => open.delete(work))
  }

  function send(group: string): void {
    const all = waiting.get(group)!
    waiting.delete(group)
    for (let at = 0; at < all.length; at += mostTogether) {
      const some = all.slice(at, at + mostTogether)
      const sent = addAll(group, some)
      track(sent)
      for (const { settle } of some) settle(sent)
    }
  }

  async function addAll(group: string, all: readonly Waiting[]): Promise<void> {
    const parent = begun.get(group)
    if (parent) return addTo(await parent, all)
    const first = begin(group, all)
    begun.set(group, first)
    first.catch(() => begun.delete(group))
    await first
  }

  /** The seal keeps the parent from being through before the last operation has come. */
  async function begin(group: string, all: readonly Waiting[]): Promise<string> {
    const id = `${opened}-g${parents++}`
    const seal: FlowJob = {
      name: 'seal',
      queueName: engine.sealQueue,
      data: {},
      opts: { jobId: `${id}-seal`, delay: farAwayMs },
    }
    await producer.add({
      name: group,
      queueName: engine.groupQueue,
      data: { run, group },
      opts: { jobId: id },
      children: [seal, ...all.map((each) => childOf(each))],
    })
    return id
  }

  function childOf({ lane, data }: Waiting): FlowJob {
    return { ...named(data), queueName: engine.laneQueue(lane) }
  }

  async function addTo(parent: string, all: readonly Waiting[]): Promise<void> {
    const queue = engine.queue(engine.groupQueue).qualifiedName
    const lanes = new Set(all.map(({ lane }) => lane))
    for (const lane of lanes) {
      const jobs = all
        .filter((each) => each.lane === lane)
        .map(({ data }) => {
          const job = named(data)
          return { ...job, opts: { ...job.opts, parent: { id: parent, queue } } }
        })
      await engine.queue(engine.laneQueue(lane)).addBulk(jobs)
    }
  }

  function add(group: string, lane: Lane, data: JobData): Promise<void> {
    return new Promise((settle) => {
      const all = waiting.get(group)
      if (all) return void all.push({ lane, data, settle })
      waiting.set(group, [{ lane, data, settle }])
      setImmediate(send, group)
    })
  }

  return {
    add,
    async again(group, lane, data) {
      const parent = begun.get(group)
      // A child of a parent that is not there is not taken, and BullMQ does not say so.
      const known = parent && (await engine.queue(engine.groupQueue).getJob(await parent))
      if (!known && begun.get(group) === parent) begun.delete(group)
      await add(group, lane, data)
    },
    seal(group) {
      const parent = begun.get(group)
      if (!parent) return
      track(parent.then((id) => engine.queue(engine.sealQueue).remove(`${id}-seal`)))
    },
    async flush() {
      await Promise.allSettled(open)
    },
  }
}

/** One that fails is no reason for its parent to wait for ever. */
function named(data: JobData): { name: string; data: JobData; opts: NonNullable<FlowJob['opts']> } {
  return {
    name: data.operation,
    data,
    opts: { jobId: data.call, ignoreDependencyOnFailure: true },
  }
}

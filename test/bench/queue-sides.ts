import { FlowProducer, QueueEvents } from 'bullmq'
import { createClock } from '../../core/base/clock.ts'
import { contractKind, type ContractStep } from '../../core/run/contract-kinds.ts'
import { execute } from '../../core/run/execute.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { openQueue } from '../../plugins/queue/executor.ts'
import { settingsOf } from '../../plugins/queue/settings.ts'

/** Who is timed: Heddle, or BullMQ alone, which waits for the parent, or for the result of each job. */
export type QueueSide = 'heddle' | 'parent' | 'results'

/** So many operations, each of which waits for so long and touches nothing. */
export interface Work {
  readonly count: number
  readonly waitMs: number
}

export const plainQueue = { parents: 'plain-parents', children: 'plain' }

const kept = { age: 3600, count: 20_000 }

/** The options that `plugins/queue/engine.ts` gives, by the defaults of the plugin. */
export const plainWorkerOptions = {
  lockDuration: 10_000,
  stalledInterval: 5000,
  maxStalledCount: 1000,
  removeOnComplete: kept,
  removeOnFail: { ...kept, age: 24 * kept.age },
  skipVersionCheck: true,
}

export function connectionOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

/** Milliseconds from the plan in hand to its report. */
export async function timeHeddle(url: string, { count, waitMs }: Work): Promise<number> {
  const input: ContractStep = waitMs > 0 ? { waitMs } : {}
  const operations = Array.from({ length: count }, () => ({
    kind: 'contract/step',
    input,
    claims: { reads: [], writes: [] },
  }))
  const plan = createPlan([{ name: 'all', operations }])
  if (!plan.ok) throw new Error(plan.diagnostic.message)
  const run = { id: `bench-${Date.now()}`, command: 'bench', folder: null, tell: () => undefined }
  const executor = await openQueue(settingsOf({ url, atOnce: count, connectMs: 30_000 }), run)
  const since = performance.now()
  const report = await execute(plan.value, {
    command: 'bench',
    id: run.id,
    kinds: contractKind,
    workspace: createWorkspace(memoryFiles({})),
    folder: null,
    clock: createClock(),
    executor,
  })
  const ms = performance.now() - since
  await executor.close()
  if (report.status !== 'passed') throw new Error(`the run ${report.status}`)
  return ms
}

/** The same with BullMQ alone: one flow of a parent and so many children, with about the same bytes in each. */
export async function timePlain(side: 'parent' | 'results', url: string, work: Work): Promise<number> {
  const connection = connectionOf(url)
  const flows = new FlowProducer({ connection, skipVersionCheck: true })
  const parents = new QueueEvents(plainQueue.parents, { connection })
  const children = new QueueEvents(plainQueue.children, { connection })
  await Promise.all([flows.waitUntilReady(), parents.waitUntilReady(), children.waitUntilReady()])
  if (side === 'parent') await children.close()
  const opened = String(Date.now())
  const since = performance.now()
  const flow = await flows.add({
    name: 'all',
    queueName: plainQueue.parents,
    data: { run: opened, group: 'all' },
    opts: { jobId: `${opened}-g0` },
    children: Array.from({ length: work.count }, (_, index) => ({
      name: `step-${index}`,
      queueName: plainQueue.children,
      data: { waitMs: work.waitMs, text: 'x'.repeat(400) },
      opts: { jobId: `${opened}-${index}`, ignoreDependencyOnFailure: true },
    })),
  })
  if (side === 'parent') await flow.job.waitUntilFinished(parents)
  else await Promise.all(flow.children!.map(({ job }) => job.waitUntilFinished(children)))
  const ms = performance.now() - since
  await Promise.all([flows.close(), parents.close(), children.close()])
  return ms
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { FlowProducer, QueueEvents, Worker } from 'bullmq'
import { createClock } from '../../core/base/clock.ts'
import { contractKind, type ContractStep } from '../../core/run/contract-kinds.ts'
import { execute } from '../../core/run/execute.ts'
import { createPlan } from '../../core/run/plan.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { openQueue } from '../../plugins/queue/executor.ts'
import { settingsOf } from '../../plugins/queue/settings.ts'
import { startRedis, startWorker } from '../queue-servers.ts'

// What the queue costs, by itself for it needs a Redis and minutes:
// node --import tsx --conditions=source test/bench/queue.ts [overhead]

const concurrency = 4
const keptJobs = { age: 3600, count: 20_000 }

/** Milliseconds that a run of so many operations takes; each waits for so long, and touches nothing. */
async function timeRun(url: string, count: number, waitMs: number): Promise<number> {
  const input: ContractStep = { waitMs }
  const plan = createPlan([
    {
      name: 'all',
      operations: Array.from({ length: count }, () => ({
        kind: 'contract/step',
        input,
        claims: { reads: [], writes: [] },
      })),
    },
  ])
  if (!plan.ok) throw new Error(plan.diagnostic.message)
  const run = { id: `bench-${Date.now()}`, command: 'bench', folder: null, tell: () => undefined }
  const executor = await openQueue(settingsOf({ url, atOnce: 1000, connectMs: 30_000 }), run)
  const startedAt = performance.now()
  const report = await execute(plan.value, {
    command: 'bench',
    id: run.id,
    kinds: contractKind,
    workspace: createWorkspace(memoryFiles({})),
    folder: null,
    clock: createClock(),
    executor,
  })
  const ms = performance.now() - startedAt
  await executor.close()
  if (report.status !== 'passed') throw new Error(`the run ${report.status}`)
  return ms
}

/** The same with BullMQ alone: one parent, so many children, the same options, one worker. */
async function timePlain(port: number, count: number): Promise<number> {
  const connection = { host: '127.0.0.1', port }
  const flows = new FlowProducer({ connection })
  const events = new QueueEvents('plain-parents', { connection })
  const parents = new Worker('plain-parents', async () => null, { connection })
  await Promise.all([events.waitUntilReady(), parents.waitUntilReady()])
  const startedAt = performance.now()
  const { job } = await flows.add({
    name: 'all',
    queueName: 'plain-parents',
    data: {},
    children: Array.from({ length: count }, (_, index) => ({
      name: `step-${index}`,
      queueName: 'plain',
      data: { waitMs: 0, text: 'x'.repeat(400) },
    })),
  })
  await job.waitUntilFinished(events)
  const ms = performance.now() - startedAt
  await Promise.all([flows.close(), events.close(), parents.close()])
  return ms
}

async function startPlainWorker(port: number): Promise<() => void> {
  const child = fork(fileURLToPath(import.meta.url), ['plain-worker', String(port)], {
    execArgv: ['--import', 'tsx', '--conditions=source'],
  })
  await once(child, 'message')
  return () => void child.kill()
}

async function servePlain(port: number): Promise<void> {
  const worker = new Worker('plain', async () => ({ v: 1, worker: 'plain', text: 'x'.repeat(100) }), {
    connection: { host: '127.0.0.1', port },
    concurrency,
    removeOnComplete: keptJobs,
  })
  await worker.waitUntilReady()
  process.send!('ready')
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function measure(): Promise<void> {
  const server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(`${availableParallelism()} cores`)
  for (const count of process.argv[2] === 'overhead' ? [] : [1, 2, 4, 8]) {
    const workers = await Promise.all(
      Array.from({ length: count }, () => startWorker({ url: server.url, concurrency, connectMs: 60_000 })),
    )
    await timeRun(server.url, 20, 0)
    const ms = await timeRun(server.url, 400, 250)
    const ideal = (400 * 250) / (concurrency * count)
    say(`400 × 250 ms on ${count} workers: ${Math.round(ms)} ms, ${(ms / ideal).toFixed(3)} × ideal`)
    await Promise.all(workers.map((worker) => worker.stop()))
  }
  const worker = await startWorker({ url: server.url, concurrency, connectMs: 60_000 })
  const stopPlain = await startPlainWorker(server.port)
  await timeRun(server.url, 50, 0)
  await timePlain(server.port, 50)
  const ours: number[] = []
  const plain: number[] = []
  for (let round = 0; round < 5; round++) {
    plain.push(await timePlain(server.port, 1000))
    ours.push(await timeRun(server.url, 1000, 0))
  }
  const [a, b] = [median(ours) / 1000, median(plain) / 1000]
  say(`an operation: ${a.toFixed(2)} ms, of BullMQ alone ${b.toFixed(2)} ms: ${(a / b).toFixed(2)} ×`)
  stopPlain()
  await worker.stop()
  await server.stop()
}

if (process.argv[2] === 'plain-worker') await servePlain(Number(process.argv[3]))
else await measure()

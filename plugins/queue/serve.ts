import { randomBytes } from 'node:crypto'
import { availableParallelism, hostname } from 'node:os'
import {
  HeddleError,
  type Lane,
  type ServeOptions,
  type Serving,
  type Workbench,
  type WorkerHealth,
} from 'heddle'
import { later, openEngine, type TakenJob, type Worker } from './engine.ts'
import { createErrands } from './errands.ts'
import { queueDiagnostic } from './faults.ts'
import { type JobData, type JobResult, messageSchemas, type WorkerMessage } from './messages.ts'
import { createOutbox } from './outbox.ts'
import { allLanes, type QueueSettings, shownUrl } from './settings.ts'

const healthMs = 2000
/** For how long a worker that ends tries to say what came of its operations. */
const handOverMs = 3000
/** For how long a worker counts that has told nothing new. */
const healthLastsMs = 10_000

/** Serves the queue with the kinds and in the folder of the bench. */
export async function serveQueue(
  settings: QueueSettings,
  bench: Workbench,
  options: ServeOptions,
): Promise<Serving> {
  const schemas = await messageSchemas()
  const engine = await openEngine(settings)
  const { lanes = allLanes, concurrency = availableParallelism(), onEvent } = options
  const node = `worker-${randomBytes(8).toString('hex')}`
  const name = options.name ?? `${hostname()}-${process.pid}`
  const relay = engine.relay(node, name)
  const started = new Map<string, { readonly data: JobData; readonly at: number }>()
  /** Jobs that have been taken and are not through, as far as the queue has said. */
  const open = new Set<string>()
  const counts = { done: 0, failed: 0 }
  let deliveries = 0
  let draining: Promise<void> | undefined
  let isLost = false

  const outbox = createOutbox<WorkerMessage>(
    (from, messages) => relay.publish(`to.${from}`, messages),
    // An operation waits for the answer to a question; for the rest nobody does as long as there is more to do.
    ({ type }) => type !== 'ask' && open.size > 0,
  )
  const { send } = outbox
  const errands = createErrands({ bench, store: engine.store, schemas, node, name, send })

  async function take(job: TakenJob): Promise<JobResult> {
    const data = schemas.job(job.data)
    if (data.call !== job.id) throw queueDiagnosticError()
    const delivery = `${node}-${deliveries++}`
    started.set(delivery, { data, at: Date.now() })
    open.add(data.call)
    onEvent?.({ type: 'began', ...named(data) })
    try {
      return await errands.run(data, delivery)
    } finally {
      started.delete(delivery)
      onEvent?.({ type: 'ended', ...named(data) })
    }
  }

  function workFor(lane: Lane): Worker {
    const worker = engine.worker(engine.laneQueue(lane), take, { concurrency, name, lockMs: settings.lockMs })
    // Only what the queue has taken is told: what came too late is nobody's result.
    worker.on('completed', ({ data }, result) => {
      counts.done++
      open.delete((data as JobData).call)
      send((data as JobData).from, {
        type: 'done',
        call: (data as JobData).call,
        result: result as JobResult,
      }).catch(ignore)
    })
    worker.on('failed', (job, { message }) => {
      counts.failed++
      open.delete(job?.id ?? '')
      onEvent?.({ type: 'trouble', diagnostic: refusedJob(message) })
      const { from, call } = (job?.data ?? {}) as Partial<JobData>
      if (typeof from === 'string' && typeof call === 'string')
        send(from, { type: 'failed', call, reason: message }).catch(ignore)
    })
    // What the queue has refused is not told of, and would be waited with for ever.
    worker.on('error', () => open.clear())
    return worker
  }

  function health(): WorkerHealth {
    const now = Date.now()
    return {
      worker: name,
      ready: !isLost && draining === undefined,
      lanes,
      concurrency,
      ...counts,
      running: [...started.values()].map(({ data, at }) => ({ ...named(data), sinceMs: now - at })),
    }
  }

  /** What is of no use is told, and does nothing. */
  function refusing(hear: () => void): void {
    try {
      hear()
    } catch (thrown) {
      if (thrown instanceof HeddleError) onEvent?.({ type: 'trouble', diagnostic: thrown.diagnostic })
    }
  }

  const tell = (): void =>
    void relay.publish(`health.${node}`, health(), { retain: healthLastsMs }).catch(ignore)

  try {
    await relay.subscribe(`to.${node}`, ({ data }) =>
      refusing(() => {
        for (const one of schemas.together(data)) refusing(() => errands.heard(schemas.fromRun(one)))
      }),
    )
  } catch (thrown) {
    await engine.close()
    throw thrown
  }
  engine.onTrouble(
    () => {
      if (!isLost && !draining) onEvent?.({ type: 'trouble', diagnostic: lost(settings) })
      isLost = true
    },
    () => {
      if (isLost) onEvent?.({ type: 'recovered' })
      isLost = false
    },
  )
  const workers = lanes.map(workFor)
  // Whoever serves also sees groups through; that is no work.
  workers.push(
    engine.worker(engine.groupQueue, async () => null, { concurrency: 16, name, lockMs: settings.lockMs }),
  )
  const timer = setInterval(tell, healthMs)
  tell()

  return {
    name,
    health,
    drain() {
      draining ??= (async () => {
        tell()
        await Promise.allSettled(workers.map((worker) => worker.close()))
        clearInterval(timer)
        // What is not said by then, the run finds in the queue.
        await Promise.race([outbox.hurry(), later(handOverMs)])
        await relay.deleteRetained(`health.${node}`).catch(ignore)
        await engine.close()
      })()
      return draining
    },
  }
}

function ignore(): void {}

function named({ run, group, operation }: JobData): { run: string; group: string; operation: string } {
  return { run, group, operation }
}

function queueDiagnosticError(): HeddleError {
  return new HeddleError(
    queueDiagnostic(
      'data-refused',
      'The queue holds a job under a name that is not its own.',
      'Look who else writes to this queue.',
    ),
  )
}

function refusedJob(reason: string) {
  return queueDiagnostic('job-failed', `A job could not be run: ${reason}`, 'See: heddle queue status.')
}

function lost({ url }: QueueSettings) {
  return queueDiagnostic(
    'connection-lost',
    `The queue at ${shownUrl(url)} is lost; waiting for it.`,
    'Look at the server.',
  )
}

import { randomBytes } from 'node:crypto'
import {
  type Diagnostic,
  type ExecutorRun,
  HeddleError,
  type Lane,
  type OpenExecutor,
  type OperationCall,
  writeAgain,
} from 'heddle'
import { answerAll } from './answers.ts'
import { carry, uncarry, uncarryWritten } from './carry.ts'
import { type Engine, later, openEngine } from './engine.ts'
import { queueDiagnostic, queueError, thrownFromData, type ThrownData } from './faults.ts'
import { createFlows } from './flows.ts'
import {
  type JobData,
  type JobResult,
  messageSchemas,
  type RunMessage,
  type WorkerMessage,
} from './messages.ts'
import { createOutbox } from './outbox.ts'
import { bringOutputs } from './outputs.ts'
import { createPlacer } from './place.ts'
import { allLanes, type QueueSettings, shownUrl } from './settings.ts'
import { sweepResults } from './results.ts'

/** A call that is somewhere else. */
interface Away {
  readonly call: OperationCall
  readonly lane: Lane
  readonly data: JobData
  /** Nodes of workers that have begun it. */
  readonly nodes: Set<string>
  hasBegun: boolean
  finish(result: JobResult): void
  fail(thrown: unknown): void
}

/** Carries out the calls of a run by workers. Rejects within two seconds when the queue cannot be used. */
export async function openQueue(settings: QueueSettings, run: ExecutorRun): Promise<OpenExecutor> {
  const engine = await openEngine(settings)
  try {
    return await openOn(engine, settings, run)
  } catch (thrown) {
    await engine.close()
    throw thrown
  }
}

async function openOn(engine: Engine, settings: QueueSettings, run: ExecutorRun): Promise<OpenExecutor> {
  const schemas = await messageSchemas()
  const { store } = engine
  const node = `run-${randomBytes(8).toString('hex')}`
  const opened = node.slice(4)
  const away = new Map<string, Away>()
  const stayed = new Map<string, number>()
  const placer = await createPlacer(run.folder, settings)
  const flows = createFlows(engine, { run: run.id, opened })
  const relay = engine.relay(node, `run ${run.id}`)
  const { send } = createOutbox<RunMessage>((to, messages) => relay.publish(`to.${to}`, messages))
  let number = 0
  let closed = false

  engine.onTrouble(
    () => !closed && run.tell(lost(settings)),
    () => !closed && run.tell(back(settings)),
  )
  await relay.subscribe(`to.${node}`, ({ data }) => hear(data))
  const endSweep = sweepResults(engine, {
    waiting: () => [...away.values()],
    finished,
    failed: (id, reason) => away.get(id)?.fail(jobFailed(reason)),
    lost: (each) => void flows.again(each.data.group, each.lane, each.data).catch(each.fail),
  })

  function hear(data: unknown): void {
    try {
      for (const one of schemas.together(data)) void hearOne(one)
    } catch (thrown) {
      run.tell(toWarning(thrown))
    }
  }

  /** Answers take their time; what was said after a question does not wait for them. */
  async function hearOne(data: unknown): Promise<void> {
    try {
      const message = schemas.fromWorker(data)
      const each = away.get(message.call)
      if (each) await take(each, message)
      else if (message.type === 'began') await dismiss(message)
    } catch (thrown) {
      run.tell(toWarning(thrown))
    }
  }

  async function take(each: Away, message: WorkerMessage): Promise<void> {
    const { call } = each
    if (message.type === 'began') return began(each, message)
    if (message.type === 'done') return each.finish(message.result)
    if (message.type === 'failed') return each.fail(jobFailed(message.reason))
    if (message.type === 'progress') return call.context.progress(message.message)
    const answers = await answerAll(message.questions, call.context.files, store)
    await send(message.node, { type: 'answers', call: message.call, number: message.number, answers })
  }

  /** Nobody waits for it any more. */
  async function dismiss({ call, node }: Extract<WorkerMessage, { type: 'began' }>): Promise<void> {
    await send(node, { type: 'stop', call, why: 'cancelled' })
  }

  function began(each: Away, { worker, node }: Extract<WorkerMessage, { type: 'began' }>): void {
    if (each.nodes.has(node)) return
    each.nodes.add(node)
    each.hasBegun = true
    each.call.began(worker)
    if (each.call.context.signal.aborted) stop(each)
  }

  function finished(id: string, value: unknown): void {
    const each = away.get(id)
    if (!each) return
    try {
      each.finish(schemas.result(value))
    } catch (thrown) {
      each.fail(thrown)
    }
  }

  /** True when it was still waiting. */
  async function withdraw({ lane, data }: Away): Promise<boolean> {
    await flows.flush()
    return (await engine.queue(engine.laneQueue(lane)).remove(data.call)) > 0
  }

  function stop(each: Away): void {
    const { signal } = each.call.context
    const why =
      signal.reason instanceof HeddleError && signal.reason.code === 'TIMEOUT' ? 'deadline' : 'cancelled'
    for (const node of each.nodes)
      send(node, { type: 'stop', call: each.data.call, why }).catch(() => undefined)
  }

  async function make(call: OperationCall): Promise<unknown> {
    const place = await placer.placeOf(call)
    if ('here' in place) return makeHere(call, place.here)
    const data = await describe(call, place.checkout)
    const result = await sendAway(call, data)
    return bring(call, result)
  }

  function makeHere(call: OperationCall, why: string): unknown {
    stayed.set(why, (stayed.get(why) ?? 0) + 1)
    call.began()
    return call.kind.run(call.input, call.context)
  }

  async function describe(call: OperationCall, checkout: string | null): Promise<JobData> {
    const { group, operation, kind, input, claims, idempotent, deadlineMs, context } = call
    const { reads, writes, scratch } = claims
    return {
      v: 1,
      call: `${opened}-${number++}`,
      from: node,
      run: run.id,
      group,
      operation,
      kind: kind.kind,
      input: await carry(JSON.stringify(input ?? null), store),
      claims: {
        ...(reads && { reads: [...reads] }),
        ...(writes && { writes: [...writes] }),
        ...(scratch && { scratch: [...scratch] }),
      },
      attempt: context.attempt,
      key: context.key,
      deadlineMs: Math.min(deadlineMs, Number.MAX_SAFE_INTEGER),
      once: kind.effects === 'external' && !idempotent && !isCheck(call),
      checkout,
    }
  }

  function sendAway(call: OperationCall, data: JobData): Promise<JobResult> {
    const { lane } = call.kind
    const { signal } = call.context
    return new Promise<JobResult>((resolve, reject) => {
      const end = (): void => {
        away.delete(data.call)
        signal.removeEventListener('abort', onAbort)
      }
      const each: Away = {
        call,
        lane,
        data,
        nodes: new Set(),
        hasBegun: false,
        finish(result) {
          end()
          if (!each.hasBegun) call.began(result.worker)
          resolve(result)
        },
        fail(thrown) {
          end()
          reject(thrown)
        },
      }
      const onAbort = (): void => {
        if (each.hasBegun) stop(each)
        // What a worker has already taken is stopped when the worker says so.
        else withdraw(each).then((isGone) => isGone && each.fail(signal.reason), each.fail)
      }
      away.set(data.call, each)
      signal.addEventListener('abort', onAbort)
      if (signal.aborted) return onAbort()
      flows.add(data.group, lane, data).catch(each.fail)
    })
  }

  /** What it wrote is written here, under its claims, as if it had run here. */
  async function bring(call: OperationCall, { status, body }: JobResult): Promise<unknown> {
    const { value, thrown, written, stored } = schemas.body(JSON.parse(await uncarry(body, store)))
    if (status === 'threw') throw thrownFromData(thrown as ThrownData)
    if (written.length > 0) await writeAgain(await uncarryWritten(written, store), call.context.files)
    return stored ? bringOutputs(value, stored, { run, store }) : value
  }

  return {
    atOnce: Object.fromEntries(allLanes.map((lane) => [lane, settings.atOnce])),
    call: make,
    groupSettled: (group) => flows.seal(group),
    async close() {
      if (closed) return []
      closed = true
      endSweep()
      await Promise.race([flows.flush(), later(flushMs)])
      await engine.close()
      return [...stayed].map(([why, times]) => stayedHere(why, times))
    },
  }
}

const flushMs = 2000

function jobFailed(reason: string): HeddleError {
  return queueError(
    'job-failed',
    `No worker could run it: ${reason}`,
    'Look at the workers: heddle queue status.',
  )
}

/** A program that claims to write nothing but its scratch may run twice. */
function isCheck({ kind, claims }: OperationCall): boolean {
  return kind.lane === 'process' && claims.writes?.length === 0
}

function stayedHere(why: string, times: number): Diagnostic {
  return {
    code: 'queue/ran-here',
    severity: 'info',
    plugin: 'queue',
    message: `${times} ${times === 1 ? 'operation' : 'operations'} ran where the run is, and on no worker: ${why}.`,
  }
}

function lost({ url }: QueueSettings): Diagnostic {
  return {
    ...queueDiagnostic(
      'connection-lost',
      `The queue at ${shownUrl(url)} is lost; the run waits for it.`,
      'It goes on when the queue is back; end it with Ctrl-C.',
    ),
    severity: 'warning',
  }
}

function back({ url }: QueueSettings): Diagnostic {
  return {
    code: 'queue/connection-back',
    severity: 'info',
    plugin: 'queue',
    message: `The queue at ${shownUrl(url)} is back; the run goes on.`,
  }
}

function toWarning(thrown: unknown): Diagnostic {
  const diagnostic =
    thrown instanceof HeddleError
      ? thrown.diagnostic
      : queueDiagnostic(
          'trouble',
          `A message of a worker was of no use: ${String(thrown)}`,
          'Look at the worker.',
        )
  return { ...diagnostic, severity: 'warning' }
}

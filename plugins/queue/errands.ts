import { type ErrandEnd, HeddleError, type Workbench } from 'heddle'
import { createAsking, type Asking } from './asking.ts'
import type { Store } from './blobs.ts'
import { carry, carryWritten, uncarry } from './carry.ts'
import { carryOutputs } from './outputs.ts'
import { checkoutState, shownState } from './checkout.ts'
import { queueError, thrownAsData } from './faults.ts'
import type { JobData, JobResult, MessageSchemas, ResultBody, RunMessage, WorkerMessage } from './messages.ts'
import type { Heard, Send } from './outbox.ts'

export interface ErrandsOptions {
  readonly bench: Workbench
  readonly store: Store
  readonly schemas: MessageSchemas
  readonly node: string
  /** The name of the worker. */
  readonly name: string
  readonly send: Send<WorkerMessage>
}

/** Operations of runs, on a workbench. */
export interface Errands {
  /** `delivery` tells this time from others that the same job is given to somebody. */
  run(data: JobData, delivery: string): Promise<JobResult>
  heard(message: RunMessage): void
}

interface Running {
  readonly call: string
  readonly controller: AbortController
  readonly asking: Asking
}

/** No errand yet. */
export function createErrands({ bench, store, node, name, send }: ErrandsOptions): Errands {
  const running = new Map<string, Running>()

  async function run(data: JobData, delivery: string): Promise<JobResult> {
    const { call, from } = data
    let hasBegun = false
    const begin = (): Promise<Heard> => {
      hasBegun = true
      return send(from, { type: 'began', call, worker: name, node })
    }
    const tell = (message: WorkerMessage): Promise<Heard> => {
      if (!hasBegun) begin().catch(() => undefined)
      return send(from, message)
    }
    const controller = new AbortController()
    const { signal } = controller
    const asking = createAsking({ call, node, store, folder: bench.folder, signal, send: tell })
    running.set(delivery, { call, controller, asking })
    const endTelling = tellOfIt({ tell: begin, controller })
    try {
      if (data.once) await claim(data, delivery)
      return await answer(await perform(data, { asking, signal, tell }))
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown
      return answer({ status: 'threw', value: thrown, written: [], stored: [] })
    } finally {
      endTelling()
      running.delete(delivery)
    }
  }

  /** Whoever begins what must not be done twice says so first, where it can only be said once. */
  async function claim({ call, operation }: JobData, delivery: string): Promise<void> {
    const owner = `${name} ${delivery}`
    const first = await store.mark(`begun-${call}`, owner)
    if (first === owner) return
    throw new HeddleError({
      code: 'RUN_UNCERTAIN',
      severity: 'error',
      message: `"${operation}" may have been done: the worker ${first.split(' ')[0]} had begun it and was lost. It was not run again.`,
      hint: 'Look whether it was done; `heddle run --resume --repeat NAME` runs it again.',
    })
  }

  async function perform(
    data: JobData,
    {
      asking,
      signal,
      tell,
    }: Pick<Running, 'asking'> & { signal: AbortSignal; tell(message: WorkerMessage): Promise<Heard> },
  ): Promise<ErrandEnd> {
    const { call, kind, operation, claims, attempt, key, deadlineMs, checkout } = data
    const input: unknown = JSON.parse(await uncarry(data.input, store))
    return bench.run(
      { kind, name: operation, input, claims: claims as never, attempt, key, deadlineMs },
      {
        files: asking.files,
        signal,
        checkout: () => requireCheckout(bench.folder, checkout, name),
        progress: (message) =>
          void tell({ type: 'progress', call, message: message.slice(0, mostProgress) }).catch(
            () => undefined,
          ),
      },
    )
  }

  async function answer({ status, value, written, stored }: ErrandEnd): Promise<JobResult> {
    const body: ResultBody = {
      ...(status === 'threw'
        ? { thrown: thrownAsData(value, bench.folder) }
        : value !== undefined && { value }),
      written: await carryWritten(written, store),
      ...(stored.length > 0 && { stored: await carryOutputs(stored, store) }),
    }
    return { v: 1, worker: name, status, body: await carry(textOf(body), store) }
  }

  return {
    run,
    heard(message) {
      for (const each of running.values()) {
        if (each.call !== message.call) continue
        if (message.type === 'answers') each.asking.answered(message)
        else each.controller.abort(stopped(message.why))
      }
    },
  }
}

const mostProgress = 10_000
/** What is over before says that it had begun by its result alone. */
const tellFirstMs = 15
const tellAgainMs = 5000
const mostUnheard = 3

interface Telling {
  tell(): Promise<Heard>
  readonly controller: AbortController
}

/** Tells the run again and again that it is being done, and stops it when nobody is there to hear. Gives what ends that. */
function tellOfIt({ tell, controller }: Telling): () => void {
  let unheard = 0
  const again = async (): Promise<void> => {
    const { nodes } = await tell()
    unheard = nodes === 0 ? unheard + 1 : 0
    if (unheard >= mostUnheard) controller.abort(stopped('cancelled'))
  }
  // A queue that is away says nothing about the run.
  const quietly = (): void => void again().catch(() => undefined)
  // Most operations are over before; those have one timer.
  let timer = setTimeout(() => {
    quietly()
    timer = setInterval(quietly, tellAgainMs)
  }, tellFirstMs)
  return () => clearTimeout(timer)
}

function textOf(body: ResultBody): string {
  try {
    return JSON.stringify(body)
  } catch (thrown) {
    throw queueError(
      'not-data',
      `What the operation gave cannot travel: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      'Let it give plain data.',
    )
  }
}

function stopped(why: 'deadline' | 'cancelled'): HeddleError {
  return new HeddleError({
    code: why === 'deadline' ? 'TIMEOUT' : 'CANCELLED',
    severity: 'error',
    message: why === 'deadline' ? 'The deadline has passed.' : 'The run was cancelled.',
  })
}

async function requireCheckout(folder: string | null, wanted: string | null, name: string): Promise<void> {
  const found = folder === null ? null : await checkoutState(folder)
  if (wanted !== null && found === wanted) return
  throw queueError(
    'checkout-differs',
    `The worker ${name} has ${shownState(found)}; the run works on ${shownState(wanted)}. No program was started.`,
    'Bring its checkout to the same commit with the same changes, or run without --executor queue.',
  )
}

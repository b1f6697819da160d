import { defineOperation, HeddleError } from 'heddle'
import { addressRefused, noAnswer, noLoadTool } from './refusals.ts'
import { whyNotLocal } from './local-url.ts'

export interface LoadInput {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly rounds: number
}

/** One round of load. Milliseconds, requests a second, bytes a second. */
export interface Round {
  readonly p50: number
  readonly p97_5: number
  readonly p99: number
  readonly most: number
  readonly requests: number
  readonly bytes: number
}

export interface LoadOutput {
  readonly url: string
  readonly rounds: readonly Round[]
  readonly answers: number
  /** Connections that failed or were not answered in time. */
  readonly errors: number
  /** Answers whose status is not 2xx. */
  readonly refused: number
}

interface Load extends PromiseLike<LoadResult> {
  stop(): void
}

interface LoadResult {
  readonly latency: {
    readonly p50: number
    readonly p97_5: number
    readonly p99: number
    readonly max: number
  }
  readonly requests: { readonly average: number; readonly total: number }
  readonly throughput: { readonly average: number }
  readonly errors: number
  readonly timeouts: number
  readonly non2xx: number
}

interface LoadOptions {
  readonly url: string
  readonly connections: number
  readonly timeout: number
  /** Seconds, or a number of requests. */
  readonly duration?: number
  readonly amount?: number
}

type Autocannon = (options: LoadOptions) => Load

/** Puts an address of this machine under load, in rounds. Any other address is refused before a byte is sent. */
export const loadKind = defineOperation<LoadInput, LoadOutput>({
  kind: 'measure-load',
  description:
    'Sends HTTP requests to an address of this machine over many connections and takes the latencies',
  lane: 'network',
  effects: 'external',
  idempotent: false,
  claims: () => ({ reads: [], writes: [] }),
  input: (z) =>
    z.strictObject({
      url: z.string(),
      connections: z.number().int().min(1).max(1000),
      seconds: z.number().positive().max(600),
      rounds: z.number().int().min(1).max(20),
    }),
  output: (z) =>
    z.strictObject({
      url: z.string(),
      answers: z.number(),
      errors: z.number(),
      refused: z.number(),
      rounds: z.array(
        z.strictObject({
          p50: z.number(),
          p97_5: z.number(),
          p99: z.number(),
          most: z.number(),
          requests: z.number(),
          bytes: z.number(),
        }),
      ),
    }),
  async run({ url, connections, seconds, rounds: asked }, { signal, progress }) {
    const why = await whyNotLocal(url)
    if (why !== undefined) throw new HeddleError(addressRefused(url, why))
    const autocannon = await loadTool()
    // One request first: nobody is hammered who does not answer, and what is made at the first is not measured.
    const first = await autocannon({ url, connections: 1, amount: 1, timeout: Math.max(10, seconds) })
    const isThere = first.requests.total > 0 && first.errors === 0
    if (!isThere) return { url, rounds: [], answers: 0, errors: Math.max(1, first.errors), refused: 0 }
    const rounds: Round[] = []
    let [answers, errors, refused] = [0, 0, 0]
    for (let round = 0; round < asked && !signal.aborted; round++) {
      progress(`round ${round + 1} of ${asked}`)
      const load = autocannon({ url, connections, duration: seconds, timeout: Math.max(1, seconds) })
      const stop = (): void => load.stop()
      signal.addEventListener('abort', stop)
      const result = await load
      signal.removeEventListener('abort', stop)
      answers += result.requests.total
      errors += result.errors
      refused += result.non2xx
      if (result.requests.total > 0) rounds.push(roundOf(result))
    }
    return { url, rounds, answers, errors, refused }
  },
  quality: (_, { answers, errors }) => ({
    expected: answers + errors,
    analysed: answers,
    truncated: errors > 0,
  }),
  failure: (output) => (output.answers === 0 ? noAnswer(output) : undefined),
})

/** An optional peer: most who measure commands have no server to measure. */
async function loadTool(): Promise<Autocannon> {
  const name = 'autocannon'
  try {
    const { default: autocannon } = (await import(name)) as { default: Autocannon }
    return autocannon
  } catch {
    throw new HeddleError(noLoadTool())
  }
}

function roundOf({ latency, requests, throughput }: LoadResult): Round {
  const { p50, p97_5, p99, max } = latency
  return { p50, p97_5, p99, most: max, requests: requests.average, bytes: throughput.average }
}

import { HeddleError } from '../base/diagnostic.ts'
import { type Batch, type Needle, type Offsets, workerText } from './search-bytes.ts'

/** Finds the matches in batches of files, those of each in the order in which they were asked for. */
export interface BatchSearch {
  find(batch: Batch): Promise<Offsets>
  close(): Promise<void>
}

/** What a worker is started for. */
export interface WorkerSearch {
  readonly needle: Needle
  /** The pattern as it is shown to people, where it may run away: then the thread is ended when one file takes too long. */
  readonly shown: string | undefined
}

interface Asked {
  readonly batch: Batch
  resolve(offsets: Offsets): void
  reject(error: Error): void
}

/** Milliseconds that one file may take, and as many again for each megabyte of it. */
const budgetMs = 1_000
const megabyte = 1_000_000

/** A search in a thread of its own. It rejects when the signal aborts, or with REGEX_TIMEOUT. */
export function searchInWorker({ needle, shown }: WorkerSearch, signal: AbortSignal): BatchSearch {
  /** How many of the files that were sent are searched, so that each has a budget of its own. */
  const done = new Int32Array(new SharedArrayBuffer(4))
  // Not imported: every start would load it, and hardly any search needs a thread.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const worker = new Worker(workerText, { eval: true, workerData: { needle, done }, env: {}, execArgv: [] })
  const asked: Asked[] = []
  let sent = 0
  let answered = 0
  let isOnline = false
  let broken: Error | undefined
  let timer: NodeJS.Timeout | undefined
  const end = (): void => void worker.terminate()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  worker.once('online', () => {
    isOnline = true
    watch()
  })
  worker.on('message', answer).once('error', fail)
  worker.once('exit', () => fail(new Error('The search was ended.')))
  worker.unref()

  function watch(): void {
    if (shown === undefined || !isOnline || timer !== undefined || asked.length === 0) return
    const searched = Atomics.load(done, 0)
    const [waiting, limit] = [sent, limitOf(searched - answered)]
    timer = setTimeout(() => {
      timer = undefined
      if (Atomics.load(done, 0) !== searched || searched === waiting) return watch()
      end()
      fail(timedOut(shown, limit))
    }, limit)
  }

  /** What the file may take that comes so many after those that have been answered. */
  function limitOf(index: number): number {
    let at = index
    for (const { batch } of asked) {
      const length = batch.ends[at]
      if (length !== undefined) return budgetMs * (1 + (length - (batch.ends[at - 1] ?? 0)) / megabyte)
      at -= batch.ends.length
    }
    return budgetMs
  }

  function answer(offsets: Offsets): void {
    const { batch, resolve } = asked.shift()!
    answered += batch.ends.length
    if (asked.length === 0) rest()
    resolve(offsets)
  }

  function fail(error: Error): void {
    broken ??= error
    rest()
    for (const { reject } of asked.splice(0)) reject(broken)
  }

  function rest(): void {
    clearTimeout(timer)
    timer = undefined
    worker.unref()
  }

  return {
    find: (batch) =>
      new Promise((resolve, reject) => {
        if (broken) return reject(broken)
        asked.push({ batch, resolve, reject })
        sent += batch.ends.length
        worker.ref()
        worker.postMessage({ bytes: batch.bytes, ends: batch.ends } satisfies Batch, [])
        watch()
      }),
    async close() {
      signal.removeEventListener('abort', end)
      await worker.terminate()
    },
  }
}

function timedOut(shown: string, limit: number): HeddleError {
  return new HeddleError({
    code: 'REGEX_TIMEOUT',
    severity: 'error',
    message: `"${shown}" took more than ${Math.round(limit)} ms on one file.`,
    hint: 'Write it without a repetition inside a repetition.',
  })
}

import { Worker } from 'node:worker_threads'
import { HeddleError } from '../base/diagnostic.ts'
import { findOffsets } from './match-text.ts'

/** Finds the offsets in each text, in a thread of its own that is ended when one text takes too long. */
export interface OffsetSearch {
  find(texts: readonly string[]): Promise<number[][]>
  close(): Promise<void>
}

/** What a worker is started for. */
export interface WorkerSearch {
  readonly expression: RegExp
  /** What every match holds; empty when that is not known. */
  readonly literal: string
  /** The pattern as it is shown to people. */
  readonly shown: string
}

/** Milliseconds that one text may take, and as many again for each megabyte of it. */
const budgetMs = 1_000
const megabyte = 1_000_000

/** Runs the same function as here; a file of its own would need whatever loader this program was started with. */
const workerText = `
const { parentPort, workerData } = require('node:worker_threads')
const find = ${findOffsets.toString()}
const { expression, literal, done } = workerData
parentPort.on('message', (texts) => {
  Atomics.store(done, 0, 0)
  const found = texts.map((text) => {
    const offsets = find(expression, text, literal)
    Atomics.add(done, 0, 1)
    return offsets
  })
  parentPort.postMessage(found)
})
`

/** A search in a worker; `find` must have settled before it is called again. It rejects when the signal aborts. */
export function searchInWorker(search: WorkerSearch, signal: AbortSignal): OffsetSearch {
  /** How many of the texts that were sent are searched, so that each has a budget of its own. */
  const done = new Int32Array(new SharedArrayBuffer(4))
  const { expression, literal, shown } = search
  const workerData = { expression, literal, done }
  const worker = new Worker(workerText, { eval: true, workerData, env: {}, execArgv: [] })
  worker.unref()
  const end = (): void => void worker.terminate()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const started = new Promise<void>((resolve, reject) => {
    worker.once('online', resolve).once('error', reject)
    worker.once('exit', () => reject(new Error('The search was ended.')))
  })
  started.catch(() => undefined)

  function ask(texts: readonly string[]): Promise<number[][]> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      function watch(searched: number): void {
        const limit = budgetMs * (1 + (texts[searched]?.length ?? 0) / megabyte)
        timer = setTimeout(() => {
          const now = Atomics.load(done, 0)
          if (now !== searched || now === texts.length) return watch(now)
          end()
          broken(timedOut(shown, limit))
        }, limit)
      }
      function answer(offsets: number[][]): void {
        settled()
        resolve(offsets)
      }
      function broken(error: Error): void {
        settled()
        reject(error)
      }
      function gone(): void {
        broken(new Error('The search was ended.'))
      }
      function settled(): void {
        clearTimeout(timer)
        worker.off('message', answer).off('error', broken).off('exit', gone)
      }
      worker.on('message', answer).on('error', broken).on('exit', gone)
      Atomics.store(done, 0, 0)
      watch(0)
      worker.postMessage(texts, [])
    })
  }

  return {
    async find(texts) {
      await started
      return ask(texts)
    },
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

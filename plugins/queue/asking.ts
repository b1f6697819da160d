import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry, Files, FileStat, Path } from 'heddle'
import { digestOf, type Store } from './blobs.ts'
import { uncarry } from './carry.ts'
import { queueError, thrownFromData } from './faults.ts'
import type { Answer, Question, RunMessage, WorkerMessage } from './messages.ts'

export interface AskingOptions {
  readonly call: string
  readonly node: string
  readonly store: Store
  /** The worker's own checkout, whose files need not travel when they are the same. */
  readonly folder: string | null
  readonly signal: AbortSignal
  send(message: WorkerMessage): Promise<unknown>
}

/** The files of a run, asked for. */
export interface Asking {
  readonly files: Files
  /** Takes what the run has answered. */
  answered(message: Extract<RunMessage, { type: 'answers' }>): void
}

/** A question without an answer is asked again: the run may have been away, or the message was lost. */
const askAgainMs = 2000
const mostAsked = 30
/** A file that is larger than this is not read here to find out whether it has to travel. */
const mostOwn = 8 * 1024 * 1024

/** Files that ask the run, all questions of one moment together. */
export function createAsking({ call, node, store, folder, signal, send }: AskingOptions): Asking {
  const waiting = new Map<number, (answers: readonly Answer[]) => void>()
  let number = 0
  let batch: { question: Question; resolve(answer: Answer): void; reject(thrown: unknown): void }[] = []

  function ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (batch.length === 0) setImmediate(sendBatch)
      batch.push({ question, resolve, reject })
    })
  }

  function sendBatch(): void {
    const all = batch
    batch = []
    const rejectAll = (thrown: unknown): void => all.forEach(({ reject }) => reject(thrown))
    conversation(all.map(({ question }) => question)).then((answers) => {
      if (answers.length !== all.length) return rejectAll(silent())
      all.forEach(({ resolve }, index) => resolve(answers[index]!))
    }, rejectAll)
  }

  function conversation(questions: readonly Question[]): Promise<readonly Answer[]> {
    const own = number++
    let timer: NodeJS.Timeout | undefined
    let stop: (() => void) | undefined
    const answered = new Promise<readonly Answer[]>((resolve, reject) => {
      let asked = 0
      const again = (): void => {
        if (asked++ >= mostAsked) return reject(silent())
        send({ type: 'ask', call, node, number: own, questions }).catch(() => undefined)
      }
      stop = () => reject(signal.reason as Error)
      timer = setInterval(again, askAgainMs)
      signal.addEventListener('abort', stop)
      waiting.set(own, resolve)
      if (signal.aborted) stop()
      else again()
    })
    return answered.finally(() => {
      clearInterval(timer)
      signal.removeEventListener('abort', stop!)
      waiting.delete(own)
    })
  }

  async function found<T>(question: Question): Promise<T | undefined> {
    const answer = await ask(question)
    if (answer.type === 'refused') throw thrownFromData(answer.thrown)
    if (answer.type !== 'found') throw silent()
    return (JSON.parse(await uncarry(answer.json, store)) as T | null) ?? undefined
  }

  async function read(path: Path): Promise<Uint8Array> {
    const own = await ownFile(folder, path)
    const answer = await ask({ how: 'read', path, ...(own && { have: digestOf(own) }) })
    if (answer.type === 'refused') throw thrownFromData(answer.thrown)
    if (answer.type === 'same' && own) return own
    if (answer.type === 'bytes') return Buffer.from(answer.base64, 'base64')
    if (answer.type === 'blob') return store.fetch(answer.blob)
    throw silent()
  }

  return {
    files: {
      label: '',
      stat: (path) => found<FileStat>({ how: 'stat', path }),
      list: (path) => found<readonly Entry[]>({ how: 'list', path }),
      read,
    },
    answered: ({ number, answers }) => waiting.get(number)?.(answers),
  }
}

/** What the worker's checkout has at that path; the run says whether it is the same. */
async function ownFile(folder: string | null, path: Path): Promise<Uint8Array | undefined> {
  if (folder === null) return undefined
  const place = join(folder, path)
  const found = await stat(place).catch(() => undefined)
  if (!found?.isFile() || found.size > mostOwn) return undefined
  return readFile(place).catch(() => undefined)
}

function silent(): Error {
  return queueError(
    'run-silent',
    'The run that this operation belongs to does not answer.',
    'Look whether it has ended; its operations end with it.',
  )
}

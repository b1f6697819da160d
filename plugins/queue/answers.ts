import { type Files, HeddleError, type Path } from 'heddle'
import { digestOf, type Store } from './blobs.ts'
import { carry } from './carry.ts'
import { thrownAsData } from './faults.ts'
import { type Answer, mostInline, type Question } from './messages.ts'

/** Answers what a worker asks, from the files of its operation: each question is on record there as if it had been asked here. */
export function answerAll(questions: readonly Question[], files: Files, store: Store): Promise<Answer[]> {
  // What travels in one message is bounded as a whole.
  const room = { left: 16 * mostInline }
  return Promise.all(questions.map((question) => answerOne(question, { files, store, room })))
}

interface Desk {
  readonly files: Files
  readonly store: Store
  readonly room: { left: number }
}

async function answerOne({ how, path, have }: Question, desk: Desk): Promise<Answer> {
  const { files, store } = desk
  try {
    if (how === 'read') return await answerRead(await files.read(path as Path), have, desk)
    const found = how === 'stat' ? await files.stat(path as Path) : await files.list(path as Path)
    return { type: 'found', json: await carry(JSON.stringify(found ?? null), store) }
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown
    return { type: 'refused', thrown: thrownAsData(thrown, null) }
  }
}

/** Only what is missing there travels. */
async function answerRead(bytes: Uint8Array, have: string | undefined, desk: Desk): Promise<Answer> {
  if (have !== undefined && digestOf(bytes) === have) return { type: 'same' }
  if (bytes.length > mostInline || bytes.length > desk.room.left)
    return { type: 'blob', blob: await desk.store.keep(bytes) }
  desk.room.left -= bytes.length
  return { type: 'bytes', base64: Buffer.from(bytes).toString('base64') }
}

import type { Entry, Files, FileStat } from './file-system.ts'
import type { Path } from './path.ts'

/** One question to other files. */
export interface Ask {
  readonly files: Files
  readonly call: 'stat' | 'list' | 'read'
  readonly path: Path
}

/** Work over other files that is written once, and runs with promises or, where every file system can, without. */
export type Steps<T> = Generator<Ask, T, unknown>

/** Asks for a stat. */
export function* askStat(files: Files, path: Path): Steps<FileStat | undefined> {
  return (yield { files, call: 'stat', path }) as FileStat | undefined
}

/** Asks for a listing. */
export function* askList(files: Files, path: Path): Steps<readonly Entry[] | undefined> {
  return (yield { files, call: 'list', path }) as readonly Entry[] | undefined
}

/** Asks for bytes. */
export function* askRead(files: Files, path: Path): Steps<Uint8Array> {
  return (yield { files, call: 'read', path }) as Uint8Array
}

/** Runs the steps to their end at once; every file system asked must have `sync`. */
export function runNow<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (!step.done) step = answerNow(steps, step.value)
  return step.value
}

/** Runs the steps: at once as far as the file systems answer at once, with promises from the first that does not. */
export function run<T>(steps: Steps<T>): Promise<T> {
  try {
    let step = steps.next()
    while (!step.done) {
      if (!step.value.files.sync) return runLater(steps, step.value)
      step = answerNow(steps, step.value)
    }
    return Promise.resolve(step.value)
  } catch (thrown) {
    return Promise.reject(thrown)
  }
}

function answerNow<T>(steps: Steps<T>, { files, call, path }: Ask): IteratorResult<Ask, T> {
  let answer: unknown
  try {
    answer = files.sync![call](path)
  } catch (thrown) {
    return steps.throw(thrown)
  }
  return steps.next(answer)
}

async function runLater<T>(steps: Steps<T>, first: Ask): Promise<T> {
  let step: IteratorResult<Ask, T> = { done: false, value: first }
  while (!step.done) step = await answerLater(steps, step.value)
  return step.value
}

async function answerLater<T>(steps: Steps<T>, { files, call, path }: Ask): Promise<IteratorResult<Ask, T>> {
  let answer: unknown
  try {
    answer = await files[call](path)
  } catch (thrown) {
    return steps.throw(thrown)
  }
  return steps.next(answer)
}

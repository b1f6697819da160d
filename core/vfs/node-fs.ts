import { posix } from 'node:path'
import type { Files, WritableFiles } from './file-system.ts'
import { isWritable } from './layer.ts'
import type { Given } from './node-call.ts'
import { changing, type Changes } from './node-change.ts'
import { type Answers, lookingAt } from './node-look.ts'
import { run, runNow } from './steps.ts'

export interface NodeFsOptions {
  /** Where the files seem to be on the machine: an absolute path; `/` when left out. Other paths are relative to it. */
  readonly root?: string
}

type Promised<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Answer>
    : never
}
type Synchronous = { [Name in keyof Answers as `${Name}Sync`]: Answers[Name] } & {
  existsSync(path: Given): boolean
}
/** The same with a callback as the last argument. */
type Called<Calls> = Record<keyof Calls, (path: Given, ...rest: never[]) => void>

/** The part of `node:fs` that files can answer. */
export type NodeFs<F extends Files> = Called<Answers> & {
  readonly promises: Promised<Answers> & (F extends WritableFiles ? Changes : unknown)
} & (F extends { readonly sync: object } ? Synchronous : Partial<Synchronous>) &
  (F extends WritableFiles ? Called<Changes> : unknown)

/**
 * Files in the shape of `node:fs`, for tools that take an `fs`: with callbacks and with promises; synchronous where the files
 * are, and for looking only; with the calls that write where the files can be written. Errors are as Node's (`ENOENT`, `EISDIR`,
 * …), each with ours as its cause. There are no descriptors, streams or watchers.
 */
export function nodeFsOf<F extends Files>(files: F, { root = '/' }: NodeFsOptions = {}): NodeFs<F> {
  const looking = lookingAt(files, posix.resolve('/', root))
  const names = Object.keys(looking) as (keyof Answers)[]
  const promised = Object.fromEntries(
    names.map((name) => [name, (path: Given, options?: never) => run(looking[name](path, options))]),
  )
  const writing = isWritable(files) ? changing(files, posix.resolve('/', root)) : {}
  const promises = { ...promised, ...writing }
  const called = Object.fromEntries(
    Object.entries(promises).map(([name, call]) => [name, withCallback(call as Later)]),
  )
  const synchronous = files.sync && {
    ...Object.fromEntries(
      names.map((name) => [
        `${name}Sync`,
        (path: Given, options?: never) => runNow(looking[name](path, options)),
      ]),
    ),
    existsSync: (path: Given) => exists(() => runNow(looking.access(path))),
  }
  return { ...called, ...synchronous, promises } as unknown as NodeFs<F>
}

type Later = (...given: unknown[]) => Promise<unknown>

function withCallback(call: Later): (...given: unknown[]) => void {
  return (...given) => {
    const done = given.at(-1) as (thrown: unknown, answer?: unknown) => void
    // Out of the promise: what a callback throws is nobody's rejection.
    call(...given.slice(0, -1)).then(
      (answer) => process.nextTick(done, null, answer),
      (thrown: unknown) => process.nextTick(done, thrown),
    )
  }
}

function exists(ask: () => void): boolean {
  try {
    ask()
    return true
  } catch {
    return false
  }
}

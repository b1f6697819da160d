import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Entry, Files, WritableFiles } from './file-system.ts'
import { parsePath } from './gate.ts'
import { isWritable } from './layer.ts'
import {
  type NodeCall,
  type NodeDirent,
  nodeError,
  type NodeStats,
  toDirent,
  toNodeError,
  toStats,
} from './node-shapes.ts'
import { nameOf, parentOf, type Path, rootPath } from './path.ts'
import { renamePath } from './rename.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat, run, runNow } from './steps.ts'

export interface NodeFsOptions {
  /** Where the files seem to be on the machine: an absolute path; `/` when left out. Other paths are relative to it. */
  readonly root?: string
}

type Given = string | URL
type Encoding = BufferEncoding | null | { readonly encoding?: BufferEncoding | null | undefined } | undefined
interface ListOptions {
  readonly withFileTypes?: boolean | undefined
  readonly recursive?: boolean | undefined
}

/** The calls that look, with their answers. */
interface Answers {
  stat(path: Given): NodeStats
  lstat(path: Given): NodeStats
  readdir(path: Given, options?: ListOptions | string | null): string[] | NodeDirent[]
  readFile(path: Given, options?: Encoding): Buffer | string
  access(path: Given): void
  realpath(path: Given): string
  readlink(path: Given): string
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

/** The calls that change something. */
interface Changes {
  writeFile(path: Given, content: string | Uint8Array): Promise<void>
  mkdir(path: Given, options?: { readonly recursive?: boolean | undefined }): Promise<void>
  rm(
    path: Given,
    options?: { readonly recursive?: boolean | undefined; readonly force?: boolean | undefined },
  ): Promise<void>
  unlink(path: Given): Promise<void>
  rmdir(path: Given): Promise<void>
  rename(from: Given, to: Given): Promise<void>
  copyFile(from: Given, to: Given): Promise<void>
}

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

type Looking = { [Name in keyof Answers]: (path: Given, options?: never) => Steps<unknown> }

function lookingAt(files: Files, root: string): Looking {
  function asking<Options, T>(
    syscall: string,
    ask: (path: Path, options: Options, call: NodeCall) => Steps<T>,
  ): (given: Given, options?: Options) => Steps<T> {
    return function* (given, options) {
      const call = { syscall, path: textOf(given) }
      try {
        return yield* ask(pathOf(given, root, call), options as Options, call)
      } catch (thrown) {
        throw toNodeError(thrown, call)
      }
    }
  }

  function* statAt(path: Path, call: NodeCall): Steps<NodeStats> {
    const found = yield* askStat(files, path)
    if (!found) throw nodeError('ENOENT', call)
    return toStats(found)
  }

  /** Only its folder tells whether a name is a link. */
  function* lstatAt(path: Path, call: NodeCall): Steps<NodeStats> {
    const entry = path === rootPath ? undefined : yield* entryAt(path)
    if (entry?.type === 'link') return toStats({ type: 'link', size: 0, modified: 0 })
    return yield* statAt(path, call)
  }

  function* entryAt(path: Path): Steps<Entry | undefined> {
    const parent = parentOf(path)
    if (parent !== rootPath && (yield* askStat(files, parent))?.type !== 'directory') return undefined
    return (yield* askList(files, parent))?.find(({ name }) => name === nameOf(path))
  }

  function* listAt(
    path: Path,
    given: ListOptions | string | null | undefined,
    call: NodeCall,
  ): Steps<unknown[]> {
    const options = typeof given === 'object' ? given : undefined
    const listed = yield* listBelow(path, options?.recursive === true, call)
    if (options?.withFileTypes)
      return listed.map(({ below, entry }) => toDirent(entry, posix.join(call.path, below)))
    return listed.map(({ below, entry }) => posix.join(below, entry.name))
  }

  function* listBelow(path: Path, isDeep: boolean, call: NodeCall, below = ''): Steps<Listed[]> {
    const entries = yield* askList(files, posix.join(path, below).replace(/^\.$/, '') as Path)
    if (!entries) throw nodeError('ENOENT', call)
    const listed: Listed[] = []
    for (const entry of entries) {
      listed.push({ below, entry })
      if (!isDeep || entry.type !== 'directory') continue
      listed.push(...(yield* listBelow(path, true, call, posix.join(below, entry.name))))
    }
    return listed
  }

  return {
    stat: asking('stat', (path, _: unknown, call) => statAt(path, call)),
    lstat: asking('lstat', (path, _: unknown, call) => lstatAt(path, call)),
    readdir: asking('scandir', listAt),
    readFile: asking('open', function* (path, options: Encoding) {
      const bytes = yield* askRead(files, path)
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const encoding = typeof options === 'string' ? options : options?.encoding
      return encoding ? buffer.toString(encoding) : buffer
    }),
    access: asking('access', function* (path, _: unknown, call) {
      yield* statAt(path, call)
    }),
    realpath: asking('realpath', function* (path, _: unknown, call) {
      yield* statAt(path, call)
      return posix.join(root, path)
    }),
    readlink: asking('readlink', function* (path, _: unknown, call): Steps<string> {
      yield* lstatAt(path, call)
      // Files follow links, and tell nobody where they lead.
      throw nodeError('EINVAL', call)
    }),
  }
}

interface Listed {
  /** The folder, from the one that was listed. */
  readonly below: string
  readonly entry: Entry
}

function changing(files: WritableFiles, root: string): Changes {
  async function change(
    given: Given,
    syscall: string,
    make: (path: Path, call: NodeCall) => Promise<void>,
  ): Promise<void> {
    const call = { syscall, path: textOf(given) }
    try {
      await make(pathOf(given, root, call), call)
    } catch (thrown) {
      throw toNodeError(thrown, call)
    }
  }

  /** Files make folders on the way by themselves; who does not ask for that relies on an error. */
  async function requireFolder(path: Path, call: NodeCall): Promise<void> {
    const type = path === rootPath ? 'directory' : (await files.stat(path))?.type
    if (type !== 'directory') throw nodeError(type === undefined ? 'ENOENT' : 'ENOTDIR', call)
  }

  async function remove(
    path: Path,
    call: NodeCall,
    may: { readonly recursive?: boolean; readonly force?: boolean },
  ): Promise<void> {
    const type = (await files.stat(path))?.type
    if (type === undefined && !may.force) throw nodeError('ENOENT', call)
    if (type === 'directory' && !may.recursive) throw nodeError('EISDIR', call)
    await files.remove(path)
  }

  return {
    writeFile: async (given, content) =>
      change(given, 'open', async (path, call) => {
        await requireFolder(parentOf(path), call)
        await files.write(path, content)
      }),
    mkdir: async (given, options) =>
      change(given, 'mkdir', async (path, call) => {
        if (!options?.recursive) {
          await requireFolder(parentOf(path), call)
          if (await files.stat(path)) throw nodeError('EEXIST', call)
        }
        await files.makeFolder(path)
      }),
    rm: async (given, options = {}) =>
      change(given, 'rm', async (path, call) =>
        remove(path, call, { recursive: options.recursive === true, force: options.force === true }),
      ),
    unlink: async (given) => change(given, 'unlink', async (path, call) => remove(path, call, {})),
    rmdir: async (given) =>
      change(given, 'rmdir', async (path, call) => {
        await requireFolder(path, call)
        if (((await files.list(path)) ?? []).length > 0) throw nodeError('ENOTEMPTY', call)
        await files.remove(path)
      }),
    rename: async (from, to) =>
      change(from, 'rename', async (path, call) => {
        const target = pathOf(to, root, call)
        await requireFolder(parentOf(target), call)
        await renamePath(files, path, target)
      }),
    copyFile: async (from, to) =>
      change(from, 'copyfile', async (path, call) => {
        const target = pathOf(to, root, call)
        await requireFolder(parentOf(target), call)
        await files.write(target, await files.read(path))
      }),
  }
}

function textOf(given: Given): string {
  return given instanceof URL ? fileURLToPath(given) : given
}

/** The path of the files that a path of the machine means; `EACCES` outside of the root. */
function pathOf(given: Given, root: string, call: NodeCall): Path {
  const absolute = posix.resolve(root, textOf(given))
  const below = posix.relative(root, absolute)
  if (below === '..' || below.startsWith('../')) throw nodeError('EACCES', call)
  const parsed = parsePath(below)
  if (!parsed.ok) throw nodeError('EINVAL', call, parsed.diagnostic)
  return parsed.value
}

import { posix } from 'node:path'
import type { Entry, Files } from './file-system.ts'
import { type Given, pathOf, textOf } from './node-call.ts'
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
import type { Steps } from './steps.ts'
import { askList, askRead, askStat } from './steps.ts'

type Encoding = BufferEncoding | null | { readonly encoding?: BufferEncoding | null | undefined } | undefined
interface ListOptions {
  readonly withFileTypes?: boolean | undefined
  readonly recursive?: boolean | undefined
}

/** The calls that look, with their answers. */
export interface Answers {
  stat(path: Given): NodeStats
  lstat(path: Given): NodeStats
  readdir(path: Given, options?: ListOptions | string | null): string[] | NodeDirent[]
  readFile(path: Given, options?: Encoding): Buffer | string
  access(path: Given): void
  realpath(path: Given): string
  readlink(path: Given): string
}

/** The same, written once for answers now and answers later. */
export type Looking = { [Name in keyof Answers]: (path: Given, options?: never) => Steps<unknown> }

/** The calls that look, over files that seem to be at an absolute `root`. */
export function lookingAt(files: Files, root: string): Looking {
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

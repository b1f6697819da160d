import { constants } from 'node:os'
import { HeddleError } from '../base/diagnostic.ts'
import type { Entry, EntryType, FileStat } from './file-system.ts'

/** What `node:fs` says of a path, as far as files know it. */
export interface NodeStats {
  readonly size: number
  readonly mode: number
  readonly mtimeMs: number
  readonly mtime: Date
  readonly ctimeMs: number
  readonly ctime: Date
  readonly atimeMs: number
  readonly atime: Date
  readonly birthtimeMs: number
  readonly birthtime: Date
  readonly ino: number
  readonly dev: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
  isFIFO(): boolean
  isSocket(): boolean
  isBlockDevice(): boolean
  isCharacterDevice(): boolean
}

/** One name in a folder, as `node:fs` gives it. */
export type NodeDirent = Pick<
  NodeStats,
  'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'
> & { readonly name: string; readonly parentPath: string; readonly path: string }

const modes: Readonly<Record<EntryType, number>> = {
  file: 0o100644,
  directory: 0o040755,
  link: 0o120777,
  other: 0,
}

function kindOf(type: EntryType): Omit<NodeDirent, 'name' | 'parentPath' | 'path'> {
  const no = (): boolean => false
  return {
    isFile: () => type === 'file',
    isDirectory: () => type === 'directory',
    isSymbolicLink: () => type === 'link',
    isFIFO: no,
    isSocket: no,
    isBlockDevice: no,
    isCharacterDevice: no,
  }
}

/** A stat in the shape of `node:fs`; what files do not know is 0, and every time is that of the last change. */
export function toStats({ type, size, modified }: FileStat): NodeStats {
  const time = new Date(modified)
  return {
    ...kindOf(type),
    size,
    mode: modes[type],
    mtimeMs: modified,
    mtime: time,
    ctimeMs: modified,
    ctime: time,
    atimeMs: modified,
    atime: time,
    birthtimeMs: modified,
    birthtime: time,
    ino: 0,
    dev: 0,
    nlink: 1,
    uid: 0,
    gid: 0,
  }
}

/** An entry in the shape of `node:fs`, of the folder at `parentPath`. */
export function toDirent({ name, type }: Entry, parentPath: string): NodeDirent {
  return { ...kindOf(type), name, parentPath, path: parentPath }
}

/** An error in the shape of `node:fs`. */
export interface NodeError extends Error {
  readonly code: string
  readonly errno: number
  readonly syscall: string
  readonly path: string
}

/** The call that failed: its name as `node:fs` has it, and the path as it was given. */
export interface NodeCall {
  readonly syscall: string
  readonly path: string
}

/** What tools look for in an error: `ENOENT: no such file or directory, open '/x'`. */
export function nodeError(
  code: keyof typeof sentences,
  { syscall, path }: NodeCall,
  cause?: unknown,
): NodeError {
  const message = `${code}: ${sentences[code]}, ${syscall} '${path}'`
  const errno = -(constants.errno[code] ?? 0)
  return Object.assign(new Error(message, { cause }), { code, errno, syscall, path })
}

const sentences = {
  EACCES: 'permission denied',
  EEXIST: 'file already exists',
  EFBIG: 'file too large',
  EINVAL: 'invalid argument',
  EIO: 'i/o error',
  EISDIR: 'illegal operation on a directory',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EROFS: 'read-only file system',
} as const

/** The machine's word for each of ours; everything else is an `EIO`. */
const codes: Readonly<Record<string, keyof typeof sentences>> = {
  NOT_FOUND: 'ENOENT',
  NOT_A_FILE: 'EISDIR',
  NOT_A_FOLDER: 'ENOTDIR',
  OUTSIDE_ROOT: 'EACCES',
  DENIED_BY_RULE: 'EACCES',
  LINK_LEAVES_ROOT: 'EACCES',
  HARD_LINK: 'EACCES',
  NAME_UNSAFE: 'EINVAL',
  TOO_LARGE: 'EFBIG',
  READ_ONLY: 'EROFS',
  QUOTA: 'ENOSPC',
}

/** Any thrown value as `node:fs` would throw it; what is in its shape already stays. */
export function toNodeError(thrown: unknown, call: NodeCall): unknown {
  return thrown instanceof HeddleError ? nodeError(codes[thrown.code] ?? 'EIO', call, thrown) : thrown
}

import { crc32 } from 'node:zlib'
import { HeddleError } from '../base/diagnostic.ts'
import type { Entry, Files } from './file-system.ts'
import type { Path } from './path.ts'
import type { Steps } from './steps.ts'
import { askList, askRead, askStat } from './steps.ts'

/**
 * What was at a path when it was first touched. `mark` changes when the content does: length and checksum of a file, number
 * and checksum of the names in a folder (empty for an empty one). `other` is what cannot be read, so cannot be brought back.
 */
export interface Original {
  readonly type: 'absent' | 'file' | 'folder' | 'other'
  readonly mark: string
}

/** Nothing there. */
export const absent: Original = { type: 'absent', mark: '' }

/** What is at a path of the files now. */
export function* lookAt(files: Files, path: Path): Steps<Original> {
  try {
    const found = yield* askStat(files, path)
    if (!found) return absent
    if (found.type === 'directory') return folderWith((yield* askList(files, path)) ?? [])
    return fileWith(yield* askRead(files, path))
  } catch (thrown) {
    if (thrown instanceof HeddleError) return { type: 'other', mark: thrown.code }
    throw thrown
  }
}

/** The file with these bytes. */
export function fileWith(bytes: Uint8Array): Original {
  return { type: 'file', mark: markOfBytes(bytes) }
}

/** Differs when the bytes do: their number and checksum. */
export function markOfBytes(bytes: Uint8Array): string {
  return `${bytes.length}:${crc32(bytes).toString(16)}`
}

/** The folder with these names in it. */
export function folderWith(entries: readonly Entry[]): Original {
  if (entries.length === 0) return { type: 'folder', mark: '' }
  const names = entries.map(({ name, type }) => `${type} ${name}`).join('\n')
  return { type: 'folder', mark: `${entries.length}:${crc32(names).toString(16)}` }
}

/** True when nothing tells the two apart. */
export function isSame(a: Original, b: Original): boolean {
  return a.type === b.type && a.mark === b.mark
}

/** What people see of it: `12 bytes (1f3a)`. */
export function describe({ type, mark }: Original): string {
  const [count, sum = ''] = mark.split(':')
  if (type === 'absent') return 'absent'
  if (sum.startsWith('@')) return `${count} bytes of ${new Date(Number(sum.slice(1))).toISOString()}`
  if (type === 'file') return `${count} bytes (${sum})`
  if (type === 'folder') return mark === '' ? 'an empty folder' : `a folder of ${count} (${sum})`
  return `unreadable (${mark})`
}

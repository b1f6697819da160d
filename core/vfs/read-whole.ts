import { fstatSync, readSync, type Stats } from 'node:fs'
import type { Looked } from './file-system.ts'

/** An opened file and what was known of it before it was read. */
export interface Readable {
  readonly fd: number
  readonly stat: Stats
}

/** A file that was changed less than this many milliseconds ago may be changed again at any moment. */
export const youngMs = 30

/**
 * The bytes to the end; `allow` throws for a size that is too large, at first and whenever the file turns out longer.
 * Undefined when the file was changed meanwhile: asked only where that can be, since every question costs. `now` is a time
 * before the file was opened, so that a pause of ours makes no file look older.
 */
export function readWhole(
  { fd, stat }: Readable,
  now: number,
  allow: (size: number) => void,
): Looked | undefined {
  const bytes = readToEnd(fd, stat.size, allow)
  // A file that is being emptied is empty before its time is set.
  const isYoung = stat.size === 0 || now - stat.mtimeMs < youngMs
  const isSuspect = isYoung || bytes.length !== stat.size
  return isSuspect && isChanged(stat, fstatSync(fd)) ? undefined : { bytes, isYoung }
}

function readToEnd(fd: number, size: number, allow: (size: number) => void): Uint8Array {
  allow(size)
  let bytes = new Uint8Array(size + 1)
  let length = 0
  for (;;) {
    const count = readSync(fd, bytes, length, bytes.length - length, null)
    length += count
    if (count === 0) return bytes.subarray(0, length)
    allow(length)
    if (length < bytes.length) continue
    const longer = new Uint8Array(bytes.length * 2)
    longer.set(bytes)
    bytes = longer
  }
}

/** Not the time of the inode: a rename or another name changes that, and no byte. */
function isChanged(before: Stats, after: Stats): boolean {
  return before.size !== after.size || before.mtimeMs !== after.mtimeMs
}

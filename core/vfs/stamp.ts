import { constants, type Stats } from 'node:fs'
import { typeOf } from './entry-type.ts'
import type { Stamp } from './file-system.ts'

/** The stamp in what the machine says of a name. */
export function stampOf(stat: Stats): Stamp {
  const { mode, size, mtimeMs, ctimeMs, ino } = stat
  const type = (mode & constants.S_IFMT) === constants.S_IFREG ? 'file' : typeOf(stat)
  return { type, size, modified: mtimeMs, changed: ctimeMs, inode: ino }
}

/** How long a file must have been left alone before its stamp says that its bytes are the same: file systems count time in steps. */
const settledMs = 100

/** True when the same stamp later means the same bytes; `now` is when it was taken. */
export function isTrusted(stamp: Stamp, now: number): boolean {
  return stamp.type === 'file' && hasRested(stamp, now)
}

/** True when every change since `now`, when the stamp was taken, gives another. */
export function hasRested({ modified, changed }: Stamp, now: number): boolean {
  return Math.max(modified, changed) < now - settledMs
}

/** True for stamps that say the same. */
export function isSameStamp(a: Stamp, b: Stamp | undefined): boolean {
  return (
    b !== undefined &&
    a.type === b.type &&
    a.size === b.size &&
    a.modified === b.modified &&
    a.changed === b.changed &&
    a.inode === b.inode
  )
}

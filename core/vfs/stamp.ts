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
/** Longer than the steps of any of them: where somebody's work would be lost, that is waited for. */
export const stepsMs = 2_100

/** True when the same stamp later means the same bytes; `now` is when it was taken. */
export function isTrusted({ type, modified, changed }: Stamp, now: number): boolean {
  return type === 'file' && Math.max(modified, changed) < now - settledMs
}

/** True when every change after `now`, when the stamp was taken, gives another, however coarse the time of the file system. */
export function hasRested({ modified, changed }: Stamp, now: number): boolean {
  return Math.max(modified, changed) < now - stepsMs
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

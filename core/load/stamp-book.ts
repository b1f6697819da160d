import type { Layer } from '../resolve/layers.ts'
import type { Stamp } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import { youngMs } from '../vfs/read-whole.ts'

/** The digest of a module's bytes, and the stamp that its file had before they were read. */
export interface Stamped {
  readonly stamp: Stamp
  readonly digest: string
}

/** What is known of modules by their ids; whoever looks at a file may add to it, as long as the stamp can be trusted. */
export type StampBook = Map<string, Stamped>

/**
 * The stamps of files as they are now, in the order of the paths; undefined for those that tell nothing: of what is absent, behind
 * a link, or so young that it may change again without another stamp. Nothing at all where the driver has no stamps.
 */
export function lookAtStamps({ files }: Layer, paths: readonly Path[]): readonly (Stamp | undefined)[] {
  const now = Date.now()
  const stamps = files.sync?.stamps?.(paths) ?? []
  return stamps.map((stamp) => (stamp && isTrusted(stamp, now) ? stamp : undefined))
}

/** Times ahead of the clock count as young: the clock may have been set back. Where there are no inodes, numbers only grow. */
function isTrusted({ type, inode, modified, changed }: Stamp, now: number): boolean {
  if (type !== 'file') return false
  return inode === 0 || now - Math.max(modified, changed) >= youngMs
}

/** The digest that goes with a stamp; undefined when the file must be read. */
export function digestByStamp(known: Stamped | undefined, stamp: Stamp | undefined): string | undefined {
  return known && stamp && isSame(known.stamp, stamp) ? known.digest : undefined
}

function isSame(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode
}

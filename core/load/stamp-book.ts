import type { Layer } from '../resolve/layers.ts'
import type { Stamp } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import { isSameStamp, isTrusted } from '../vfs/stamp.ts'

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

/** The digest that goes with a stamp; undefined when the file must be read. */
export function digestByStamp(known: Stamped | undefined, stamp: Stamp | undefined): string | undefined {
  return known && stamp && isSameStamp(known.stamp, stamp) ? known.digest : undefined
}

import { labelOf } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import type { Path } from '../vfs/path.ts'

/** Which files a module was read with an eye on: whether they are there decides what the module is. */
export interface Probes {
  note(spot: Spot, path: Path): void
  /** As people see them. */
  of(id: string): ReadonlySet<string>
  /** For a module that is about to be read anew; it then asks again for what it needs. */
  forget(id: string): void
}

const none: ReadonlySet<string> = new Set()

/** No probes yet. What a module asked for once it may ask for again, so nothing is taken back before it is read anew. */
export function createProbes(): Probes {
  const probes = new Map<string, Set<string>>()
  return {
    note(spot, path) {
      const id = idOf(spot)
      const known = probes.get(id)
      if (known) known.add(labelOf(spot.layer, path))
      else probes.set(id, new Set([labelOf(spot.layer, path)]))
    },
    of: (id) => probes.get(id) ?? none,
    forget: (id) => void probes.delete(id),
  }
}

import { fail } from '../base/diagnostic.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import { spotAt } from '../resolve/spots.ts'
import type { Library } from './library.ts'

/**
 * The file or folder that somebody names: by its path as people see it, or by a reference that resolves. Rejects with NOT_FOUND
 * when there is none, and never takes what would have to be searched for.
 */
export function findPlace(text: string, { layers, library }: Places): Spot {
  const spot = text.startsWith('@') ? undefined : spotAt(layers, text)
  if (spot && spot.layer.tree.typeOf(spot.path) !== undefined) return spot
  const resolution = library.resolve(text)
  const found = resolution?.status === 'resolved' ? library.spotOf(resolution) : undefined
  if (found) return found
  const near = resolution?.to ?? resolution?.suggestion?.path
  return fail(
    'NOT_FOUND',
    `There is nothing at "${text}".`,
    near
      ? `Did you mean ${near}?`
      : 'Write a path below the root, or a reference such as @modules/patterns/x.md.',
  )
}

/** Where places are looked for. */
export interface Places {
  readonly layers: readonly Layer[]
  readonly library: Library
}

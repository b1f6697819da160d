import type { Path } from './path.ts'
import { isWithin } from './path.ts'

/** Places of a file system: each stands for itself, for everything below it, and for the folders on the way to it. */
export type Regions = readonly string[]

/** All there is. */
export const everywhere: Regions = ['']

/** True for what is in one of the regions, or below it. */
export function isInside(path: Path, regions: Regions): boolean {
  return regions.some((region) => isWithin(path, region as Path))
}

/** True for what is in one of the regions, below it, or on the way to it. */
export function isTouched(path: Path, regions: Regions): boolean {
  return regions.some((region) => isWithin(path, region as Path) || isWithin(region as Path, path))
}

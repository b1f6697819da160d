import { nameOf, parentOf, type Path } from '../vfs/path.ts'
import type { TreeChange } from '../vfs/tree-refresh.ts'
import type { KeptResolution } from './kept-resolution.ts'
import { folderFiles, labelOf, type Layer } from './layers.ts'
import type { Look, Resolution } from './trail.ts'

/** True for an answer that a change may have made wrong. */
export type Staleness = (target: string, answer: KeptResolution) => boolean

/**
 * Which answers a change of a layer's tree concerns, told by their trails. With plugins that answer all of them are concerned:
 * nobody knows what a plugin looked at.
 */
export function staleness(layer: Layer, { added, removed }: TreeChange, pluginsAnswer: boolean): Staleness {
  if (pluginsAnswer) return (_, answer) => answer.status !== null
  const changed = [...added, ...removed]
  const paths = new Set<string>(changed.map((path) => labelOf(layer, path)))
  const lookedFrom = new Set(changed.flatMap(placesOf))
  return (target, answer) => {
    if (answer.status === null) return false
    if (dependsOnAllNames(answer)) return true
    // Of a target with a closing slash the trail holds what was looked for in the folder, but not the folder.
    const inFolder = target.endsWith('/')
    if (!inFolder && !someLook(answer.last, (look) => look.layer === layer && lookedFrom.has(look.path)))
      return false
    return answer.tried.some(({ path }) => paths.has(path) || (inFolder && paths.has(parentOf(path as Path))))
  }
}

/** The paths at which a look may have been for this one: what its trail tried is only made where there is such a look. */
function placesOf(path: Path): Path[] {
  const places = [path]
  if (path.endsWith('.md')) places.push(path.slice(0, -'.md'.length) as Path)
  if (folderFiles.includes(nameOf(path))) places.push(parentOf(path))
  return places
}

function someLook(last: Look | undefined, fits: (look: Look) => boolean): boolean {
  for (let look = last; look; look = look.before) if (fits(look)) return true
  return false
}

/** True for an answer that any new or vanished name may change: searches look at all, and so do suggestions for what was not found. */
export function dependsOnAllNames({ status, rung }: Resolution): boolean {
  return status !== 'resolved' || rung === 'category' || rung === 'ending'
}

import { parentOf, type Path } from '../vfs/path.ts'
import type { TreeChange } from '../vfs/tree-refresh.ts'
import { labelOf, type Layer } from './layers.ts'
import type { Resolution } from './trail.ts'

/** True for an answer that a change may have made wrong. */
export type Staleness = (target: string, answer: Resolution) => boolean

/**
 * Which answers a change of a layer's tree concerns, told by their trails. With plugins that answer all of them are concerned:
 * nobody knows what a plugin looked at.
 */
export function staleness(layer: Layer, { added, removed }: TreeChange, pluginsAnswer: boolean): Staleness {
  if (pluginsAnswer) return (_, answer) => answer.status !== null
  const paths = new Set<string>([...added, ...removed].map((path) => labelOf(layer, path)))
  return (target, answer) => {
    if (answer.status === null) return false
    if (dependsOnAllNames(answer)) return true
    // Of a target with a closing slash the trail holds what was looked for in the folder, but not the folder.
    const inFolder = target.endsWith('/')
    return answer.tried.some(({ path }) => paths.has(path) || (inFolder && paths.has(parentOf(path as Path))))
  }
}

/** True for an answer that any new or vanished name may change: searches look at all, and so do suggestions for what was not found. */
export function dependsOnAllNames({ status, rung }: Resolution): boolean {
  return status !== 'resolved' || rung === 'category' || rung === 'ending'
}

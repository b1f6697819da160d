import { HeddleError } from '../base/diagnostic.ts'
import type { ModuleId } from '../module/module.ts'
import { parsePath } from '../vfs/gate.ts'
import { type Layer, labelOf } from './layers.ts'
import type { Spot } from './rungs.ts'

/**
 * The spot of a path as people see it: with the label of its layer (`heddle:modules/x.md`), without one in the project, which
 * is the first layer. Throws what the gate refuses; whether anything is there is not looked at.
 */
export function spotAt(layers: readonly Layer[], text: string): Spot {
  let labelled: Layer | undefined
  for (const layer of layers)
    if (layer.label.length > (labelled?.label.length ?? 0) && text.startsWith(layer.label)) labelled = layer
  const layer = labelled ?? layers[0]!
  const written = text.slice(layer.label.length)
  if (layer.tree.holds(written)) return { layer, path: written }
  const path = parsePath(written)
  if (!path.ok) throw new HeddleError(path.diagnostic)
  return { layer, path: path.value }
}

/** The id of the module at a spot. */
export function idOf({ layer, path }: Spot): ModuleId {
  return labelOf(layer, path) as ModuleId
}

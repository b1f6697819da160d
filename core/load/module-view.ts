import { fail } from '../base/diagnostic.ts'
import type { Module } from '../module/module.ts'
import { isMarkdown } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf } from '../resolve/spots.ts'
import { type GraphReference, referencesOf } from './graph.ts'
import type { Library } from './library.ts'

/** One module and its references as the graph shows them. */
export interface ModuleView {
  readonly module: Module
  readonly references: readonly GraphReference[]
}

/** The module that stands exactly at a spot; rejects with NOT_FOUND where no markdown file is, and with what reading it finds. */
export async function findModule(library: Library, spot: Spot): Promise<ModuleView> {
  if (!isMarkdown(spot.path) || spot.layer.tree.typeOf(spot.path) !== 'file')
    fail('NOT_FOUND', `There is no module "${idOf(spot)}".`, 'Ask for the list of modules.')
  const module = await library.loadSpot(spot)
  return { module, references: referencesOf(library.link(module, spot)) }
}

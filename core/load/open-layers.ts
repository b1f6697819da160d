import { findAliases, findHomes, type Layer, type LayerName } from '../resolve/layers.ts'
import type { Files } from '../vfs/file-system.ts'
import { type Path, rootPath } from '../vfs/path.ts'
import { readTree } from '../vfs/tree.ts'
import { modulesAliases } from './package-layout.ts'

/** Where a layer comes from and what the configuration says of it. */
export interface LayerSource {
  readonly name: LayerName
  readonly label: string
  readonly files: Files
  /** Homes as configured; found in the tree when left out. */
  readonly homes?: readonly Path[]
  readonly aliases?: Readonly<Record<string, readonly Path[]>>
  /** True when the root is itself the folder that `@modules` stands for, as it is for the built-in modules. */
  readonly isModulesFolder?: boolean
  /** What listings show, when git has said so. */
  readonly listed?: readonly Path[] | undefined
}

/** Reads the tree of a layer and finds its homes and aliases. */
export async function openLayer(source: LayerSource): Promise<Layer> {
  const tree = await readTree(source.files, source.listed)
  const homes = findHomes(tree, source.homes)
  return {
    name: source.name,
    label: source.label,
    files: source.files,
    tree,
    homes,
    aliases: source.isModulesFolder
      ? modulesAliases(tree, rootPath)
      : findAliases(tree, homes, source.aliases),
  }
}

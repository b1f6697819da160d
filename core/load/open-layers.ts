import { findAliases, findHomes, type Layer, type LayerName } from '../resolve/layers.ts'
import type { Files } from '../vfs/file-system.ts'
import { type Path, rootPath } from '../vfs/path.ts'
import { readTree, type Tree } from '../vfs/tree.ts'
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
  /** Asks git what it shows; undefined as an answer where a walk is needed. */
  readonly list?: () => Promise<readonly Path[] | undefined>
}

/** Reads the tree of a layer and finds its homes and aliases. */
export async function openLayer(source: LayerSource): Promise<Layer> {
  const { name, label, files, list } = source
  const listed = await list?.()
  const tree = await readTree(files, listed)
  const layout = layoutOf(source, tree)
  return {
    name,
    label,
    files,
    tree,
    ...layout,
    ...(list && { list, isListed: listed !== undefined }),
    fits: () => isSame(layout, layoutOf(source, tree)),
  }
}

type Layout = Pick<Layer, 'homes' | 'aliases'>

function layoutOf({ homes: configured, aliases, isModulesFolder }: LayerSource, tree: Tree): Layout {
  const homes = findHomes(tree, configured)
  return {
    homes,
    aliases: isModulesFolder ? modulesAliases(tree, rootPath) : findAliases(tree, homes, aliases),
  }
}

function isSame(a: Layout, b: Layout): boolean {
  const plain = ({ homes, aliases }: Layout): string => JSON.stringify([homes, [...aliases]])
  return plain(a) === plain(b)
}

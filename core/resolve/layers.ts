import type { LayerName } from '../module/module.ts'
import { superAlias } from '../module/reference.ts'
import type { Files } from '../vfs/file-system.ts'
import { childOf, isWithin, type Path, rootPath } from '../vfs/path.ts'
import type { Tree } from '../vfs/tree.ts'

export type { LayerName } from '../module/module.ts'
export type { ReferenceClass } from '../module/reference.ts'

/** One place where modules come from: the project itself, the user's own, a package, or what is built in. */
export interface Layer {
  readonly name: LayerName
  /** What people see before its paths: empty for the project, `heddle:modules/` for the built-in modules. */
  readonly label: string
  readonly files: Files
  readonly tree: Tree
  /** The framework's homes in it, in order; the root itself where there is none. */
  readonly homes: readonly Path[]
  /** Folders that an alias stands for, in order. */
  readonly aliases: ReadonlyMap<string, readonly Path[]>
  /** What git shows, asked again; absent where nothing is asked. */
  readonly list?: () => Promise<readonly Path[] | undefined>
  /** True when git says what the tree shows. */
  readonly isListed?: boolean
  /** True while the tree calls for these homes and aliases. */
  readonly fits?: () => boolean
}

/** Our own state makes no framework: a project does not change its home because something ran in it. */
function holdsOnlyState(tree: Tree, home: Path): boolean {
  return (
    home === '.heddle' &&
    tree.foldersIn(home).every((name) => name === 'state') &&
    !tree.files.some((path) => path.startsWith('.heddle/') && isMarkdown(path))
  )
}

/** Folders of a home that are no aliases: our own state, and the word that means the next layer down. */
const reserved: ReadonlySet<string> = new Set(['state', superAlias])
export const homeNames = ['.heddle', '.claude']
const defaultAliases = ['modules', 'system', 'commands']

/** Folders that are a framework's home in this tree: `.heddle`, `.claude`, or those that the configuration names. */
export function findHomes(tree: Tree, configured?: readonly Path[]): Path[] {
  if (configured) return [...configured]
  const present = new Set(tree.foldersIn(rootPath))
  return homeNames
    .filter((name) => present.has(name))
    .map((name) => childOf(rootPath, name))
    .filter((home) => !holdsOnlyState(tree, home))
}

/**
 * The aliases of a tree: the default three, every folder directly below a home (but not our own `state`, nor `super`), then what the
 * configuration adds. A configured alias goes before a default one of the same name.
 */
export function findAliases(
  tree: Tree,
  homes: readonly Path[],
  configured: Readonly<Record<string, readonly Path[]>> = {},
): Map<string, readonly Path[]> {
  const aliases = new Map<string, Path[]>(
    Object.entries(configured).map(([name, paths]) => [name, [...paths]]),
  )
  const add = (name: string, path: Path): void => {
    const paths = aliases.get(name)
    if (!paths) aliases.set(name, [path])
    else if (!paths.includes(path)) paths.push(path)
  }
  for (const home of homes.length > 0 ? homes : [rootPath]) {
    for (const name of defaultAliases) {
      add(name, childOf(home, name))
      if (name !== 'modules') add(name, childOf(childOf(home, 'modules'), name))
    }
  }
  for (const home of homes) {
    for (const name of tree.foldersIn(home)) if (!reserved.has(name)) add(name, childOf(home, name))
  }
  return aliases
}

/** The path below the home that holds it, or null for files outside every home. */
export function homePathOf(layer: Layer, path: Path): Path | null {
  const home = layer.homes.find((folder) => isWithin(path, folder))
  if (home === undefined) return null
  return (home === '' ? path : path.slice(home.length + 1)) as Path
}

/** A path of this layer as people see it. */
export function labelOf(layer: Layer, path: Path): string {
  return `${layer.label}${path}`
}

const markdownEndings = /\.(?:md|mdx|markdown)$/i

/** True for the endings of markdown files: `.md`, `.mdx`, `.markdown`, in any letter case. */
export function isMarkdown(path: string): boolean {
  // Nearly all names end so, and the comparison costs less.
  return path.endsWith('.md') || markdownEndings.test(path)
}

/** Names that stand for their folder, in the order in which they are tried. */
export const folderFiles: readonly string[] = ['README.md', 'index.md', 'SKILL.md']

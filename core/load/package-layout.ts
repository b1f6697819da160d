import { fail } from '../base/diagnostic.ts'
import { findAliases, findHomes, type Layer } from '../resolve/layers.ts'
import { parsePath } from '../vfs/gate.ts'
import { childOf, isWithin, type Path, rootPath } from '../vfs/path.ts'
import type { Tree } from '../vfs/tree.ts'

/** Where in a layer its framework is, and what its aliases stand for. */
export type Layout = Pick<Layer, 'homes' | 'aliases'>

/** What a package is laid out by. */
export interface Packaged {
  readonly label: string
  readonly tree: Tree
  /** Its `package.json`; undefined when there is none. */
  readonly manifest: Readonly<Record<string, unknown>> | undefined
  /** True when the root was chosen as the framework's home: then every folder in it is an alias. */
  readonly isHome: boolean
}

/** Folders at the root of a package that hold modules by convention. */
const conventional: ReadonlySet<string> = new Set(['modules', 'system', 'commands', 'agents', 'skills'])

/**
 * The layout of a package: what its `heddle` field says (`{ "modules": "./modules", "home": "./.claude" }`), otherwise the
 * folder that it exports as `./modules/*`, otherwise the conventions: a `.heddle` or `.claude` folder as home, or the folders
 * `modules`, `system`, `commands`, `agents` and `skills` at its root. Throws PACKAGE_LAYOUT when the field names no folder of
 * the package, or when there is nothing of all that.
 */
export function layoutOf(packaged: Packaged): Layout {
  const { tree, manifest, isHome } = packaged
  const said = fieldOf(packaged)
  const modules = said.modules ?? exportedModules(manifest)
  if (said.home !== undefined || modules !== undefined) return declared(packaged, said.home, modules)
  const homes = findHomes(tree)
  if (homes.length > 0) return { homes, aliases: findAliases(tree, homes) }
  const aliases = findAliases(tree, [rootPath])
  return isHome ? { homes: [rootPath], aliases } : byConvention(packaged, aliases)
}

function declared({ tree, label }: Packaged, home: Path | undefined, modules: Path | undefined): Layout {
  for (const folder of [home, modules]) {
    if (folder !== undefined && tree.typeOf(folder) !== 'directory')
      fail(
        'PACKAGE_LAYOUT',
        `"${label}${folder}" is not a folder of the package.`,
        'Correct its package.json.',
      )
  }
  const homes = home === undefined ? [] : [home]
  const aliases = home === undefined ? new Map<string, readonly Path[]>() : findAliases(tree, homes)
  if (modules === undefined) return { homes, aliases }
  const own = modulesAliases(tree, modules)
  const merged = [...new Set([...own.keys(), ...aliases.keys()])].map((name) => {
    const folders = new Set([...(own.get(name) ?? []), ...(aliases.get(name) ?? [])])
    return [name, [...folders]] as const
  })
  return {
    homes: homes.some((folder) => isWithin(modules, folder)) ? homes : [...homes, modules],
    aliases: new Map(merged),
  }
}

/** `@modules` is the folder itself, and every folder in it is an alias. */
export function modulesAliases(tree: Tree, folder: Path): Map<string, readonly Path[]> {
  const names = tree.foldersIn(folder).map((name) => [name, [childOf(folder, name)]] as const)
  return new Map<string, readonly Path[]>([...names, ['modules', [folder]]])
}

function byConvention({ tree, label }: Packaged, aliases: ReadonlyMap<string, readonly Path[]>): Layout {
  const present = tree.foldersIn(rootPath).filter((name) => conventional.has(name))
  if (present.length === 0) {
    fail(
      'PACKAGE_LAYOUT',
      `"${label}" holds no modules that could be found.`,
      'Say where they are in its package.json: "heddle": { "modules": "./modules" }.',
    )
  }
  return { homes: [rootPath], aliases: new Map([...aliases].filter(([name]) => conventional.has(name))) }
}

interface Said {
  readonly home?: Path
  readonly modules?: Path
}

function fieldOf({ manifest, label }: Packaged): Said {
  const field = manifest?.['heddle']
  if (field === undefined) return {}
  if (field === null || typeof field !== 'object' || Array.isArray(field)) throw wrongField(label, 'heddle')
  const said: { home?: Path; modules?: Path } = {}
  for (const key of ['home', 'modules'] as const) {
    const value = (field as Record<string, unknown>)[key]
    if (value === undefined) continue
    const parsed = typeof value === 'string' ? parsePath(value) : undefined
    if (!parsed?.ok) wrongField(label, `heddle.${key}`)
    else said[key] = parsed.value
  }
  return said
}

function wrongField(label: string, key: string): never {
  return fail(
    'PACKAGE_LAYOUT',
    `"${key}" in "${label}package.json" is not a folder below the package.`,
    'Write it relative to the package: "heddle": { "modules": "./modules" }.',
  )
}

/** The folder of an export such as `"./modules/*": "./lib/modules/*.md"`. */
function exportedModules(manifest: Readonly<Record<string, unknown>> | undefined): Path | undefined {
  const entries = manifest?.['exports']
  if (entries === null || typeof entries !== 'object') return undefined
  for (const [key, value] of Object.entries(entries)) {
    if (!/^\.\/modules\/(?:\*.*)?$/.test(key)) continue
    const target = typeof value === 'string' ? value : (value as { default?: unknown } | null)?.default
    const folder = typeof target === 'string' ? /^(\.\/[^*]*?)\/?(?:\*.*)?$/.exec(target)?.[1] : undefined
    const parsed = folder === undefined ? undefined : parsePath(folder)
    if (parsed?.ok) return parsed.value
  }
  return undefined
}

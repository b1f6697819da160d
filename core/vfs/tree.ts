import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Entry, EntryType, Files } from './file-system.ts'
import { childOf, nameOf, parentOf, type Path, rootPath } from './path.ts'

/** What is at a path once links are followed: `outside` for a link that leaves the root, undefined when nothing is there. */
export type TreeType = 'file' | 'directory' | 'outside' | undefined

/** The names below a root, answered without promises, letter case exact; the resolver works on nothing else. */
export interface Tree {
  /** The files that listings show, sorted; in a checkout those that git does not ignore. */
  readonly files: readonly Path[]
  typeOf(path: Path): TreeType
  /** The path that differs from `path` in letter case or in Unicode form only, when there is exactly such a one. */
  sameLetters(path: Path): Path | undefined
  /** Names of the folders directly below `path`, sorted. */
  foldersIn(path: Path): readonly string[]
  /** True when the entry itself is a link. */
  isLink(path: Path): boolean
}

type Folder = ReadonlyMap<string, EntryType>

const skipped = new Set(['.git', 'node_modules'])
const nothing: Folder = new Map()

/**
 * Reads the tree of `files`. With `listed` (what git shows) no walk is needed where the driver answers at once: folders are
 * then read when they are first asked for. `.git` and `node_modules` are not walked.
 */
export async function readTree(files: Files, listed?: readonly Path[]): Promise<Tree> {
  const folders = new Map<Path, Folder>()
  const types = new Map<Path, TreeType>()
  const shown = listed && files.sync ? undefined : await walk(files, folders, types)
  const tree = new CachedTree(files, folders, types)
  return Object.assign(tree, {
    files: (listed ?? shown ?? []).filter((path) => tree.has(path)).toSorted(compareText),
  })
}

class CachedTree implements Tree {
  readonly files: readonly Path[] = []
  readonly #source: Files
  readonly #folders: Map<Path, Folder>
  readonly #types: Map<Path, TreeType>
  /** Names by what they are when neither case nor form counts; made for a folder when it is first asked for. */
  readonly #alike = new Map<Folder, Map<string, string[]>>()

  constructor(source: Files, folders: Map<Path, Folder>, types: Map<Path, TreeType>) {
    this.#source = source
    this.#folders = folders
    this.#types = types
  }

  has(path: Path): boolean {
    return this.#folder(parentOf(path)).has(nameOf(path))
  }

  isLink(path: Path): boolean {
    return this.#folder(parentOf(path)).get(nameOf(path)) === 'link'
  }

  typeOf(path: Path): TreeType {
    if (path === rootPath) return 'directory'
    const type = this.#folder(parentOf(path)).get(nameOf(path))
    if (type === 'file' || type === 'directory' || type === undefined) return type
    if (!this.#types.has(path)) this.#types.set(path, this.#follow(path))
    return this.#types.get(path)
  }

  sameLetters(path: Path): Path | undefined {
    let found = rootPath
    for (const name of path.split('/')) {
      const entries = this.#folder(found)
      const alike = entries.has(name) ? [name] : (this.#alikeIn(entries).get(withoutCase(name)) ?? [])
      if (alike.length !== 1) return undefined
      found = childOf(found, alike[0]!)
    }
    return found === path ? undefined : found
  }

  #alikeIn(folder: Folder): Map<string, string[]> {
    const known = this.#alike.get(folder)
    if (known) return known
    const alike = new Map<string, string[]>()
    for (const name of folder.keys()) {
      const plain = withoutCase(name)
      const names = alike.get(plain)
      if (names) names.push(name)
      else alike.set(plain, [name])
    }
    this.#alike.set(folder, alike)
    return alike
  }

  foldersIn(path: Path): readonly string[] {
    return [...this.#folder(path)].filter(([, type]) => type === 'directory').map(([name]) => name)
  }

  #follow(path: Path): TreeType {
    return attempt(() => this.#source.sync?.stat(path)?.type)
  }

  #folder(path: Path): Folder {
    const known = this.#folders.get(path)
    if (known) return known
    const entries = this.#read(path)
    this.#folders.set(path, entries)
    return entries
  }

  #read(path: Path): Folder {
    const { sync } = this.#source
    if (!sync) return nothing
    if (path !== rootPath && this.typeOf(path) !== 'directory') return nothing
    try {
      return toFolder(sync.list(path) ?? [])
    } catch {
      return nothing
    }
  }
}

function withoutCase(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}

function toFolder(entries: readonly Entry[]): Folder {
  return new Map(entries.map(({ name, type }) => [name, type]))
}

function attempt(stat: () => EntryType | undefined): TreeType {
  try {
    return asTreeType(stat())
  } catch (thrown) {
    return leaves(thrown) ? 'outside' : undefined
  }
}

function asTreeType(type: EntryType | undefined): TreeType {
  return type === 'file' || type === 'directory' ? type : undefined
}

function leaves(thrown: unknown): boolean {
  return (
    thrown instanceof HeddleError && (thrown.code === 'LINK_LEAVES_ROOT' || thrown.code === 'OUTSIDE_ROOT')
  )
}

/** Lists every folder, a level at a time; links are kept as names and never entered. */
async function walk(files: Files, folders: Map<Path, Folder>, types: Map<Path, TreeType>): Promise<Path[]> {
  const found: Path[] = []
  for (let level: Path[] = [rootPath]; level.length > 0;) {
    const next: Path[] = []
    for (const folder of level) {
      const entries = await listFolder(files, folder)
      folders.set(folder, toFolder(entries))
      for (const { name, type } of entries) {
        const path = childOf(folder, name)
        if (type === 'directory') {
          if (!skipped.has(name)) next.push(path)
        } else {
          found.push(path)
          if (type === 'link' && !files.sync) types.set(path, await followAsync(files, path))
        }
      }
    }
    level = next
  }
  return found
}

async function listFolder(files: Files, folder: Path): Promise<readonly Entry[]> {
  try {
    return (files.sync ? files.sync.list(folder) : await files.list(folder)) ?? []
  } catch {
    // A folder that is refused or cannot be read shows nothing; what refers into it is then missing, and is named.
    return []
  }
}

async function followAsync(files: Files, path: Path): Promise<TreeType> {
  try {
    return asTreeType((await files.stat(path))?.type)
  } catch (thrown) {
    return leaves(thrown) ? 'outside' : undefined
  }
}

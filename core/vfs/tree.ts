import { createAdaptiveLimit } from '../base/adaptive-limit.ts'
import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Limit } from '../base/limit.ts'
import { isScarcity } from '../base/scarcity.ts'
import type { Entry, EntryType, Files, SyncFiles } from './file-system.ts'
import { childOf, isWithin, nameOf, parentOf, type Path, rootPath } from './path.ts'
import { filesIn, type Folder, foldersOf, nothing, relist, skipped, type TreeChange } from './tree-refresh.ts'

/** What is at a path once links are followed: `outside` for a link that leaves the root, undefined when nothing is there. */
export type TreeType = 'file' | 'directory' | 'outside' | undefined

/** The names below a root, answered without promises, letter case exact; the resolver works on nothing else. */
export interface Tree {
  /** The files that listings show, sorted; in a checkout those that git does not ignore. */
  readonly files: readonly Path[]
  typeOf(path: Path): TreeType
  /** True for text that is a path at which something was seen before: what was seen has passed the gate. */
  holds(text: string): text is Path
  /** The path that differs from `path` in letter case or in Unicode form only, when there is exactly such a one. */
  sameLetters(path: Path): Path | undefined
  /** Names of the folders directly below `path`, sorted. */
  foldersIn(path: Path): readonly string[]
  /** What the entry itself is, a link that is not followed included; undefined when there is none. */
  entryType(path: Path): EntryType | undefined
  /** True when the entry itself is a link. */
  isLink(path: Path): boolean
  /** The links in the folders that were listed so far; the same list until they change. */
  readonly links: readonly Path[]
  /** The names in a folder, what each is, and where links lead, as one text: two folders with the same text answer alike. */
  describe(folder: Path): string
  /**
   * Lists again what was listed before and takes in what changed, all at once. The tree afterwards equals a fresh one; whoever
   * remembers answers must forget those about the paths given back.
   */
  refresh(options?: RefreshOptions): Promise<TreeChange>
}

export interface RefreshOptions {
  /** Where something may have changed; everywhere when left out. */
  readonly dirty?: Iterable<Path> | undefined
  /** What listings show now, where it is not what a walk finds. */
  readonly listed?: readonly Path[] | undefined
}

/**
 * Reads the tree of `files`. With `listed` (what git shows) no walk is needed where the driver answers at once: folders are
 * then read when they are first asked for. `.git` and `node_modules` are not walked.
 */
export async function readTree(files: Files, listed?: readonly Path[]): Promise<Tree> {
  const folders = new Map<Path, Folder>()
  const links = new Map<Path, TreeType>()
  const walks = !listed || !files.sync
  const seen = new Map<Path, TreeType>()
  const shown = walks ? await walk(files, { folders, links, seen }) : []
  return new CachedTree({ files, folders, links, seen, walks, shown: listed ?? shown })
}

/** What a walk finds out. */
interface Walked {
  readonly folders: Map<Path, Folder>
  /** Where links lead. */
  readonly links: Map<Path, TreeType>
  /** What is at a path, for everything but links. */
  readonly seen: Map<Path, TreeType>
}

interface TreeParts extends Walked {
  readonly files: Files
  /** False where folders are read when they are first asked for. */
  readonly walks: boolean
  readonly shown: readonly Path[]
}

class CachedTree implements Tree {
  files: readonly Path[]
  readonly #source: Files
  readonly #walks: boolean
  #folders: Map<Path, Folder>
  #links: readonly Path[] | undefined
  /** Where links lead. */
  readonly #leads: Map<Path, TreeType>
  /** What is at the paths that were walked or asked for; never at one where nothing is. */
  readonly #seen: Map<Path, TreeType>
  /** Names by what they are when neither case nor form counts; made for a folder when it is first asked for. */
  readonly #alike = new WeakMap<Folder, Map<string, string[]>>()

  constructor({ files, folders, links, seen, walks, shown }: TreeParts) {
    this.#source = files
    this.#walks = walks
    this.#folders = folders
    this.#leads = links
    this.#seen = seen
    this.files = walks ? shown.toSorted(compareText) : this.#showing(shown)
  }

  #showing(paths: readonly Path[]): Path[] {
    const here: Path[] = []
    for (const path of paths) {
      const type = this.#folder(parentOf(path)).get(nameOf(path))
      if (type !== undefined) here.push(path)
      if (type === 'file' || type === 'directory') this.#seen.set(path, type)
    }
    return here.sort(compareText)
  }

  entryType(path: Path): EntryType | undefined {
    return this.#folder(parentOf(path)).get(nameOf(path))
  }

  isLink(path: Path): boolean {
    return this.entryType(path) === 'link'
  }

  typeOf(path: Path): TreeType {
    const known = this.#seen.get(path)
    if (known !== undefined) return known
    const type = this.#find(path)
    // What is absent is asked for in endless ways, and need not be remembered.
    if (type !== undefined) this.#seen.set(path, type)
    return type
  }

  holds(text: string): text is Path {
    return this.#seen.has(text as Path)
  }

  #find(path: Path): TreeType {
    if (path === rootPath) return 'directory'
    // Which is no path, but would be looked for in the root.
    if (path.startsWith('/')) return undefined
    const type = this.#folder(parentOf(path)).get(nameOf(path))
    if (type === 'file' || type === 'directory' || type === undefined) return type
    if (!this.#leads.has(path)) this.#leads.set(path, this.#follow(path))
    return this.#leads.get(path)
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

  describe(folder: Path): string {
    let text = ''
    for (const [name, type] of this.#folder(folder)) {
      const leads = type === 'link' ? `>${this.typeOf(childOf(folder, name))}` : ''
      text += `${name}/${type}${leads}\n`
    }
    return text
  }

  async refresh({ dirty, listed }: RefreshOptions = {}): Promise<TreeChange> {
    const list = (folder: Path): Folder | Promise<Folder> => listAgain(this.#source, folder)
    const how = {
      dirty: dirty && foldersOf([...dirty, ...this.#behindLinks()], this.#folders),
      walks: this.#walks,
    }
    const { folders, change } = await relist(this.#folders, list, how)
    const followed = await this.#followAgain(change.added, folders ?? this.#folders)
    // From here to the end nothing waits: readers see the tree before or after, never between.
    if (folders) {
      for (const [path, folder] of this.#folders) if (!folders.has(path)) folders.set(path, folder)
      this.#folders = folders
    }
    if (change.added.length + change.removed.length > 0) this.#links = undefined
    const turned = [...followed].filter(([path, type]) => this.#leads.get(path) !== type)
    if (change.added.length + change.removed.length + turned.length > 0) this.#seen.clear()
    for (const [path, type] of followed) this.#leads.set(path, type)
    const links = turned.map(([path]) => path)
    const before = this.files
    if (listed) this.files = this.#showing(listed)
    else if (this.#walks && change.added.length + change.removed.length > 0)
      this.files = filesIn(this.#folders).sort(compareText)
    return {
      added: distinct(change.added, links, without(this.files, before)),
      removed: distinct(change.removed, links, without(before, this.files)),
    }
  }

  get links(): readonly Path[] {
    return (this.#links ??= linksIn(this.#folders))
  }

  /** Known folders that are reached through links: what changes in them has another path. */
  #behindLinks(): Path[] {
    const { links } = this
    if (links.length === 0) return []
    return [...this.#folders.keys()].filter((path) => links.some((link) => isWithin(path, link)))
  }

  /** Where links lead now: those that were followed before, and new ones where following waits. */
  async #followAgain(
    added: readonly Path[],
    folders: ReadonlyMap<Path, Folder>,
  ): Promise<Map<Path, TreeType>> {
    const isNewLink = (path: Path): boolean => folders.get(parentOf(path))?.get(nameOf(path)) === 'link'
    const paths = this.#source.sync ? [] : added.filter(isNewLink)
    const followed = new Map<Path, TreeType>()
    for (const path of new Set([...this.#leads.keys(), ...paths]))
      followed.set(
        path,
        this.#source.sync ? this.#follow(path) : await followLater(this.#source, path, atOnce),
      )
    return followed
  }

  #follow(path: Path): TreeType {
    return attempt(() => this.#source.sync?.stat(path)?.type)
  }

  #folder(path: Path): Folder {
    const known = this.#folders.get(path)
    if (known) return known
    const entries = this.#read(path)
    this.#folders.set(path, entries)
    const more = this.#links && linksIn([[path, entries]])
    if (more && more.length > 0) this.#links = this.#links!.concat(more)
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

function linksIn(folders: Iterable<readonly [Path, Folder]>): Path[] {
  const links: Path[] = []
  for (const [folder, entries] of folders)
    for (const [name, type] of entries) if (type === 'link') links.push(childOf(folder, name))
  return links
}

function distinct(...lists: readonly (readonly Path[])[]): Path[] {
  return [...new Set(lists.flat())]
}

/** The paths of one list that are not in the other. */
function without(paths: readonly Path[], others: readonly Path[]): Path[] {
  if (paths === others) return []
  const known = new Set(others)
  return paths.filter((path) => !known.has(path))
}

function withoutCase(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}

function toFolder(entries: readonly Entry[]): Folder {
  const folder = new Map<string, EntryType>()
  for (const { name, type } of entries) folder.set(name, type)
  return folder
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

/** Lists every folder, a level at a time; links are kept as names and never entered. Gives the files that listings show. */
async function walk(files: Files, { folders, links, seen }: Walked): Promise<Path[]> {
  const shown: Path[] = []
  const pool = createAdaptiveLimit({ now: () => performance.now(), isRefusal: isScarcity })
  for (let level: Path[] = [rootPath]; level.length > 0;) {
    const listed = files.sync
      ? level.map((folder) => listNow(files.sync!, folder))
      : await Promise.all(level.map((folder) => listLater(files, folder, pool.run)))
    const next: Path[] = []
    const found: Path[] = []
    for (const [index, entries] of listed.entries()) {
      folders.set(level[index]!, toFolder(entries))
      for (const { name, type } of entries) {
        const path = childOf(level[index]!, name)
        if (type !== 'directory') shown.push(path)
        else if (!skipped.has(name)) next.push(path)
        if (type === 'link') found.push(path)
        else if (type !== 'other') seen.set(path, type)
      }
    }
    if (!files.sync)
      await Promise.all(found.map(async (path) => links.set(path, await followLater(files, path, pool.run))))
    level = next
  }
  return shown
}

function listNow(sync: SyncFiles, folder: Path): readonly Entry[] {
  try {
    return sync.list(folder) ?? []
  } catch {
    return nothingIn
  }
}

async function listLater(files: Files, folder: Path, run: Limit): Promise<readonly Entry[]> {
  try {
    return (await run(() => files.list(folder))) ?? []
  } catch {
    return nothingIn
  }
}

/** A folder that is refused or cannot be read shows nothing; what refers into it is then missing, and is named. */
const nothingIn: readonly Entry[] = []

function listAgain(files: Files, folder: Path): Folder | Promise<Folder> {
  if (files.sync) return toFolder(listNow(files.sync, folder))
  return listLater(files, folder, atOnce).then(toFolder)
}

const atOnce: Limit = async (task) => task()

async function followLater(files: Files, path: Path, run: Limit): Promise<TreeType> {
  try {
    return asTreeType((await run(() => files.stat(path)))?.type)
  } catch (thrown) {
    return leaves(thrown) ? 'outside' : undefined
  }
}

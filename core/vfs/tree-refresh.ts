import type { EntryType } from './file-system.ts'
import { childOf, parentOf, type Path, rootPath } from './path.ts'

/** The names in a folder and what each is. */
export type Folder = ReadonlyMap<string, EntryType>

/** What appeared in a tree and what vanished, folders and everything below them included; what changed its kind is in both. */
export interface TreeChange {
  readonly added: readonly Path[]
  readonly removed: readonly Path[]
}

/** Folders that were never walked, whoever asks. */
export const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules'])
export const nothing: Folder = new Map()

/** Lists one folder; what is absent or refused shows nothing. */
export type ListFolder = (folder: Path) => Folder | Promise<Folder>

/** Folders listed anew, and how they differ from what was known. */
export interface Relisted {
  /** All folders as they are now; undefined where nothing differs. */
  readonly folders: Map<Path, Folder> | undefined
  readonly change: TreeChange
}

/**
 * Lists known folders again: those given, or all; besides them every known folder at or below a folder that appeared or
 * vanished, and, where trees are walked, folders that are new. `known` itself is left as it is.
 */
export async function relist(
  known: ReadonlyMap<Path, Folder>,
  list: ListFolder,
  { dirty, walks }: { readonly dirty: Iterable<Path> | undefined; readonly walks: boolean },
): Promise<Relisted> {
  let folders: Map<Path, Folder> | undefined
  const added: Path[] = []
  const removed: Path[] = []
  const seen = new Set<Path>()
  let queue = [...(dirty ?? known.keys())]
  while (queue.length > 0) {
    const moved = new Set<Path>()
    for (const folder of queue) {
      seen.add(folder)
      const before = known.get(folder) ?? nothing
      const after = await list(folder)
      const found = added.length + removed.length
      compare(folder, { before, after, added, removed, moved })
      if (added.length + removed.length === found && known.has(folder)) continue
      folders ??= new Map(known)
      folders.set(folder, after)
    }
    queue = [...nextFolders(folders ?? known, moved, walks)].filter((path) => !seen.has(path))
  }
  return { folders, change: { added: [...new Set(added)], removed: [...new Set(removed)] } }
}

interface Comparison {
  readonly before: Folder
  readonly after: Folder
  readonly added: Path[]
  readonly removed: Path[]
  /** Folders that appeared or vanished. */
  readonly moved: Set<Path>
}

function compare(folder: Path, { before, after, added, removed, moved }: Comparison): void {
  for (const [name, type] of before) {
    if (after.get(name) === type) continue
    const path = childOf(folder, name)
    removed.push(path)
    if (type !== 'file') moved.add(path)
  }
  for (const [name, type] of after) {
    if (before.get(name) === type) continue
    const path = childOf(folder, name)
    added.push(path)
    if (type !== 'file') moved.add(path)
  }
}

/** Known folders at or below those that moved, and those that are new to a walk. */
function* nextFolders(
  folders: ReadonlyMap<Path, Folder>,
  moved: ReadonlySet<Path>,
  walks: boolean,
): Iterable<Path> {
  if (moved.size === 0) return
  for (const path of folders.keys()) if (isBelowAny(path, moved)) yield path
  if (!walks) return
  for (const path of moved) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const isWalked = folders.get(parentOf(path))?.get(name) === 'directory' && !skipped.has(name)
    if (isWalked && !path.split('/').some((segment) => skipped.has(segment))) yield path
  }
}

function isBelowAny(path: Path, moved: ReadonlySet<Path>): boolean {
  for (let at = path; at !== rootPath; at = parentOf(at)) if (moved.has(at)) return true
  return false
}

/** Every file that a walk over the folders shows: links and special files by their names, `.git` and `node_modules` left out. */
export function filesIn(folders: ReadonlyMap<Path, Folder>): Path[] {
  const found: Path[] = []
  const queue: Path[] = [rootPath]
  for (const folder of queue) {
    for (const [name, type] of folders.get(folder) ?? nothing) {
      const path = childOf(folder, name)
      if (type !== 'directory') found.push(path)
      else if (!skipped.has(name)) queue.push(path)
    }
  }
  return found
}

/** The known folders whose listings show a change at one of the paths: itself, and those that hold it up to one that is surely there. */
export function foldersOf(paths: Iterable<Path>, known: ReadonlyMap<Path, Folder>): Set<Path> {
  const folders = new Set<Path>()
  for (const path of paths) {
    if (known.has(path)) folders.add(path)
    let holder = parentOf(path)
    // What was asked for in vain is known too, and empty.
    for (; holder !== rootPath && !known.get(holder)?.size; holder = parentOf(holder))
      if (known.has(holder)) folders.add(holder)
    folders.add(holder)
  }
  return folders
}

import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { compareText, HeddleError, messageOf } from '../base/diagnostic.ts'
import type { Files, WritableFiles } from './file-system.ts'
import { readingFlags } from './handle.ts'
import { type IgnoreRules, ignoreRulesOf } from './ignored.ts'
import { fileModeAt, type OverlayFolder } from './overlay-folder.ts'
import { childOf, type Path, rootPath } from './path.ts'
import { type Content, isSameContent } from './three-way.ts'

/** What a program made of one path. */
export interface PathChange {
  readonly path: Path
  readonly base: Content
  readonly own: Content
}

/** What a program changed in its overlay. */
export interface Harvest {
  /** Sorted by path. */
  readonly changes: readonly PathChange[]
  /** Caches and reports, and what git ignores: no changes of the project. A folder stands for all that it holds. */
  readonly scratch: readonly Path[]
  /** What can be no change of files: links, pipes, sockets, devices. */
  readonly strange: readonly { readonly path: Path; readonly what: string }[]
  /** What the gate keeps closed, and why. */
  readonly refused: readonly { readonly path: Path; readonly error: HeddleError }[]
  /** Files that may be executed now, or no more: files here have no such marks. */
  readonly modes: readonly Path[]
}

export interface HarvestOptions {
  /** The files that the program began with. */
  readonly files: Files
  readonly overlay: OverlayFolder
  isScratch(path: Path): boolean
}

/** Reads what a program that has ended left in its overlay. No pipe or device can hold it up. */
export async function harvest({ files, overlay, isScratch }: HarvestOptions): Promise<Harvest> {
  const { upper } = overlay.mount
  const names = overlay.names()
  const changes: PathChange[] = []
  const scratch: Path[] = []
  const strange: { path: Path; what: string }[] = []
  const refused: { path: Path; error: HeddleError }[] = []
  const modes: Path[] = []
  await visitFolder(rootPath, await ignoreRulesOf(files, rootPath))
  changes.sort((a, b) => compareText(a.path, b.path))
  return { changes, scratch, strange, refused, modes }

  async function visitFolder(folder: Path, rules: IgnoreRules): Promise<void> {
    const left = names.get(folder)
    const found = new Map(entriesOf(join(upper, folder)).map((entry) => [entry.name, entry]))
    for (const [name, entry] of found) {
      if (left?.has(name)) await visit(childOf(folder, name), entry, rules)
    }
    await visitGone(folder, left ?? new Set(), rules)
  }

  /** What was there and is not among what the program left. */
  async function visitGone(folder: Path, left: ReadonlySet<string>, rules: IgnoreRules): Promise<void> {
    const before = (await files.stat(folder))?.type === 'directory' ? await files.list(folder) : []
    const shown = new Set(before?.map(({ name }) => name))
    for (const { name, type } of before ?? []) {
      const path = childOf(folder, name)
      if (left.has(name)) continue
      if (isScratch(path) || rules.ignores(path, type === 'directory')) scratch.push(path)
      else await remove(path, type === 'directory')
    }
    for (const { name } of entriesOf(join(overlay.mount.folder, folder))) {
      // What is not listed may be closed: then it was not the program's to remove.
      if (!left.has(name) && !shown.has(name)) {
        await admitted(childOf(folder, name), false, async () => undefined)
      }
    }
  }

  async function remove(path: Path, isFolder: boolean): Promise<void> {
    if (isFolder) return void changes.push({ path, base: 'folder', own: undefined })
    await admitted(path, false, async () => {
      changes.push({ path, base: await contentOf(files, path), own: undefined })
    })
  }

  async function visit(path: Path, entry: Dirent, rules: IgnoreRules): Promise<void> {
    const isIgnored = isScratch(path) || rules.ignores(path, entry.isDirectory())
    await admitted(path, isIgnored, async () => {
      if (isIgnored) return void scratch.push(path)
      if (entry.isDirectory()) return visitMade(path, rules)
      if (!entry.isFile()) return void strange.push({ path, what: kindOf(entry) })
      await visitFile(path)
    })
  }

  async function visitMade(path: Path, rules: IgnoreRules): Promise<void> {
    const base = await contentOf(files, path)
    if (base !== 'folder') changes.push({ path, base, own: 'folder' })
    await visitFolder(path, await rules.enter(path))
  }

  async function visitFile(path: Path): Promise<void> {
    const { bytes, mode } = readUpper(join(upper, path))
    const base = await contentOf(files, path)
    if (!isSameContent(base, bytes)) changes.push({ path, base, own: bytes })
    const before = fileModeAt(join(overlay.mount.folder, path)) ?? 0
    if (isExecutable(mode) !== isExecutable(before)) modes.push(path)
  }

  /** Caches may have any names; but what is closed stays closed. */
  async function admitted(path: Path, isIgnored: boolean, use: () => Promise<void>): Promise<void> {
    try {
      await files.stat(path)
    } catch (thrown) {
      const error = asRefusal(path, thrown)
      if (isIgnored && error.code !== 'DENIED_BY_RULE') scratch.push(path)
      else refused.push({ path, error })
      return
    }
    await use().catch((thrown: unknown) => refused.push({ path, error: asRefusal(path, thrown) }))
  }
}

function asRefusal(path: Path, thrown: unknown): HeddleError {
  if (thrown instanceof HeddleError) return thrown
  return new HeddleError({
    code: 'UNREADABLE',
    severity: 'error',
    message: `"${path}" cannot be read: ${messageOf(thrown)}`,
    hint: 'Look at its name and its permissions.',
  })
}

/** Puts changes into files, over whatever stands in their way. */
export async function applyChanges(
  changes: readonly Omit<PathChange, 'base'>[],
  files: WritableFiles,
): Promise<void> {
  for (const { path, own } of changes) if (own === undefined) await files.remove(path)
  for (const { path, own } of changes) {
    if (own === undefined) continue
    const found = await files.stat(path)
    const isFolder = found?.type === 'directory'
    if (found && isFolder !== (own === 'folder')) await files.remove(path)
    await (own === 'folder' ? files.makeFolder(path) : files.write(path, own))
  }
}

/** What is at a path of files. */
export async function contentOf(files: Files, path: Path): Promise<Content> {
  const found = await files.stat(path)
  if (!found) return undefined
  return found.type === 'directory' ? 'folder' : files.read(path)
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a link'
  if (entry.isFIFO()) return 'a pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}

function readUpper(place: string): { bytes: Uint8Array; mode: number } {
  const handle = openSync(place, readingFlags)
  try {
    return { bytes: readFileSync(handle), mode: fstatSync(handle).mode }
  } finally {
    closeSync(handle)
  }
}

function isExecutable(mode: number): boolean {
  return (mode & constants.S_IXUSR) !== 0
}

import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { compareText } from '../base/diagnostic.ts'
import type { Entry, EntryType, Files, FileStat } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate, parsePath, resolvePath } from './gate.ts'
import { type GitPlace, runGit } from './git-command.ts'
import { type GitObject, gitObjects } from './git-objects.ts'
import { nameOf, parentOf, type Path, rootPath } from './path.ts'
import { linkLeaves, notAFile, notAFolder, notFound, refusal, shown } from './refusals.ts'

export interface GitOptions {
  /** The folder of a checkout or of a bare repository. */
  readonly repository: string
  /** A branch, tag or commit; what it means is looked up once. */
  readonly ref: string
  /** The folder in it that becomes the root. */
  readonly folder?: string
  /** `repository@ref:` when left out. */
  readonly label?: string
  /** Larger files are refused before they are read; 8 MiB by default. */
  readonly maxBytes?: number
  readonly gate?: Gate
}

/** Files of a git commit; `close` ends the process that reads them. */
export interface GitFiles extends Files {
  close(): void
}

const defaultMaxBytes = 8 * 1024 * 1024
const longestLink = 4_096
const mostLinks = 40

/**
 * The files that a git ref names, read from the repository's objects: no checkout is made, no hook, filter or other program of
 * the repository runs, and nothing is fetched. Links are listed as links and followed while they stay inside; submodules
 * are `other`. The first call rejects with GIT_REF_MISSING, GIT_REPOSITORY_MISSING, GIT_FOLDER_MISSING or GIT_MISSING.
 */
export function gitFiles(options: GitOptions): GitFiles {
  const { repository, ref, folder = '', maxBytes = defaultMaxBytes, gate = createGate() } = options
  const label = options.label ?? labelFor(repository, ref, folder)
  const place = placeOf(repository)
  const objects = gitObjects(place)
  let opened: Promise<GitTree> | undefined

  function open(): Promise<GitTree> {
    opened ??= openTree().catch((thrown: unknown) => {
      opened = undefined
      throw thrown
    })
    return opened
  }

  async function openTree(): Promise<GitTree> {
    const below = parsePath(folder)
    if (!below.ok) throw folderMissing(folder, ref)
    if (!statSync(place.cwd, { throwIfNoEntry: false })?.isDirectory()) throw repositoryMissing(repository)
    const commit = isSafeRef(ref) ? await commitOf(`${ref}^{commit}`) : undefined
    if (!commit) throw refMissing(repository, ref)
    const treeish = below.value === '' ? commit.id : `${commit.id}:${below.value}`
    const listed = await runGit(place, ['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', treeish])
    if (!listed.ok && /not a tree|not a valid object/i.test(listed.stderr)) throw folderMissing(folder, ref)
    if (!listed.ok) throw listingFailed(ref, listed.code)
    return readTree(listed.stdout, timeOf(commit.bytes), gate)
  }

  async function commitOf(name: string): Promise<GitObject | undefined> {
    try {
      return await objects.read(name)
    } catch (thrown) {
      // Outside a repository the process ends at once: that is no fault of it.
      const found = await runGit(place, ['rev-parse', '--git-dir'])
      throw found.ok || found.code === 'ENOENT' ? thrown : repositoryMissing(repository)
    }
  }

  /** The node behind a path, links followed; undefined when nothing is there. */
  async function find(path: Path): Promise<Node | undefined> {
    const { root } = await open()
    let left = mostLinks
    const follow = async (way: Path): Promise<Node | undefined> => {
      let node: Node | undefined = root
      for (const name of way === '' ? [] : way.split('/')) {
        node = node?.children?.get(name)
        if (node?.type !== 'link') continue
        if (--left < 0) throw linkLeaves(label, path)
        node = await follow(await targetOf(node))
      }
      return node
    }
    return follow(path)
  }

  async function targetOf(link: Node): Promise<Path> {
    const text = link.size > longestLink ? '' : new TextDecoder().decode(await bytesOf(link))
    const target = resolvePath(parentOf(link.path), text)
    if (!target.ok || text === '') throw linkLeaves(label, link.path)
    return gate.require(target.value)
  }

  async function bytesOf({ id, path }: Node): Promise<Uint8Array> {
    const object = await objects.read(id)
    if (object?.type === 'blob') return object.bytes
    throw refusal(
      'UNREADABLE',
      `${shown(label, path)} is not in this repository.`,
      'Fetch the whole repository.',
    )
  }

  return {
    label,
    async stat(text): Promise<FileStat | undefined> {
      const node = await find(gate.require(text))
      return node && { type: node.type, size: node.size, modified: (await open()).modified }
    },
    async list(text) {
      const path = gate.require(text)
      const node = await find(path)
      if (node && !node.children) throw notAFolder(label, path)
      return node && entriesOf(node)
    },
    async read(text) {
      const path = gate.require(text)
      const node = await find(path)
      if (!node) throw notFound(label, path)
      if (node.type !== 'file') throw notAFile(label, path, node.children ? 'a folder' : 'a submodule')
      if (node.size > maxBytes) throw tooLarge(label, path, { size: node.size, maxBytes })
      return bytesOf(node)
    },
    close: () => objects.close(),
  }
}

interface Node {
  readonly path: Path
  readonly type: EntryType
  readonly id: string
  readonly size: number
  readonly children?: Map<string, Node>
}

interface GitTree {
  readonly root: Node
  /** When the commit was made, in milliseconds since 1970. */
  readonly modified: number
}

const types: Readonly<Record<string, EntryType>> = {
  '040000': 'directory',
  '120000': 'link',
  '160000': 'other',
}

/** The tree of what `ls-tree -r -t -z --long` printed. Denied names are left out, unsafe ones shown as `other`. */
function readTree(listing: string, modified: number, gate: Gate): GitTree {
  const root: Node = { path: rootPath, type: 'directory', id: '', size: 0, children: new Map() }
  const folders = new Map<Path, Node>([[rootPath, root]])
  for (const line of listing.split('\0')) {
    const match = /^(\d{6}) \w+ ([0-9a-f]{40,64}) +(\d+|-)\t([^]+)$/.exec(line)
    if (!match) continue
    const [, mode = '', id = '', size = '', name = ''] = match
    const path = name as Path
    const type = typeFor(gate, path, types[mode] ?? 'file')
    const folder = folders.get(parentOf(path))
    if (type === undefined || !folder) continue
    const node = { path, type, id, size: size === '-' ? 0 : Number(size) }
    const placed = type === 'directory' ? { ...node, children: new Map<string, Node>() } : node
    if (type === 'directory') folders.set(path, placed)
    folder.children!.set(nameOf(path), placed)
  }
  return { root, modified }
}

function typeFor(gate: Gate, path: Path, type: EntryType): EntryType | undefined {
  const checked = gate.check(path)
  if (checked.ok) return checked.value === path ? type : 'other'
  return checked.diagnostic.code === 'DENIED_BY_RULE' ? undefined : 'other'
}

function entriesOf(folder: Node): readonly Entry[] {
  return [...folder.children!]
    .map(([name, { type }]) => ({ name, type }))
    .toSorted((a, b) => compareText(a.name, b.name))
}

/** git looks for the repository in the folder itself and not above it: a folder inside another repository is none. */
function placeOf(repository: string): GitPlace {
  let cwd = resolve(repository)
  try {
    cwd = realpathSync(cwd)
  } catch {
    // What does not exist is told by the first call.
  }
  return { cwd, ceiling: dirname(cwd) }
}

/** A ref as one word of a question: no option, no second line, no expression that reads the reflog or searches. */
function isSafeRef(ref: string): boolean {
  return /^[^-\s:^~?*[\\\0-\x1f\x7f@{}][^\s:^~?*[\\\0-\x1f\x7f{}]*$/.test(ref)
}

function labelFor(repository: string, ref: string, folder: string): string {
  return `${basename(resolve(repository))}@${ref}:${folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`}`
}

function timeOf(commit: Uint8Array): number {
  const seconds = /^committer .*> (\d+) /m.exec(new TextDecoder().decode(commit))?.[1]
  return Number(seconds ?? 0) * 1000
}

function refMissing(repository: string, ref: string): Error {
  return refusal(
    'GIT_REF_MISSING',
    `"${ref}" names no commit in the repository "${basename(resolve(repository))}".`,
    'Name a branch, a tag or a commit that is there, or fetch it.',
  )
}

function repositoryMissing(repository: string): Error {
  return refusal(
    'GIT_REPOSITORY_MISSING',
    `"${basename(resolve(repository))}" is no git repository that may be read.`,
    'Name the folder that holds ".git", or a bare repository.',
  )
}

function listingFailed(ref: string, code: string): Error {
  return refusal(
    'GIT_FAILED',
    `git could not list "${ref}" (${code}).`,
    'Nothing is fetched from here: fetch the objects of a partial clone first.',
  )
}

function folderMissing(folder: string, ref: string): Error {
  return refusal(
    'GIT_FOLDER_MISSING',
    `"${folder}" is no folder of "${ref}".`,
    'Name a folder of that commit.',
  )
}

function tooLarge(label: string, path: Path, { size, maxBytes }: { size: number; maxBytes: number }): Error {
  const message = `${shown(label, path)} has ${size} bytes; the limit is ${maxBytes}.`
  return refusal('TOO_LARGE', message, 'Split the file, or raise maxBytes.')
}

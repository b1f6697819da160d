import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { DiskFiles } from '../../core/vfs/disk.ts'
import type { SettlingFiles } from '../../core/vfs/file-system.ts'
import { type Machine, machine } from '../../core/vfs/machine.ts'
import type { Path } from '../../core/vfs/path.ts'
import { rounds } from './soak.ts'

/** What a machine was told to do with its disk, in order. A name leads to a body, and a body is what is written. */
export type Told =
  | { readonly type: 'link'; readonly name: string; readonly body: Body }
  | { readonly type: 'move'; readonly name: string; readonly to: string }
  | { readonly type: 'unlink'; readonly name: string }
  | { readonly type: 'folder'; readonly name: string }
  | { readonly type: 'sync-body'; readonly body: Body }
  | { readonly type: 'sync-names'; readonly folder: string }
  | { readonly type: 'acknowledged' }

export interface Body {
  bytes: Uint8Array
}

/** Names to bytes, or to null for a folder. */
export type Tree = ReadonlyMap<string, Uint8Array | null>

/** A machine and files that work, and that tell every step before they take it. A step that `before` refuses is not taken. */
export interface Watched {
  readonly machine: Machine
  readonly files: SettlingFiles
  readonly told: Told[]
}

/** Watches what is done in a folder whose part `project` is shown by `disk`. */
export function watch(
  folder: string,
  disk: DiskFiles,
  before: (step: string) => void = () => undefined,
): Watched {
  const told: Told[] = []
  const bodies = new Map<string, Body>()
  const nameOf = (file: string): string => relative(folder, file)
  const link = (name: string, bytes: Uint8Array): Body => {
    const body = { bytes }
    bodies.set(name, body)
    told.push({ type: 'link', name, body })
    return body
  }
  const inProject = (path: Path): string => (path === '' ? 'project' : `project/${path}`)

  const watched: Machine = {
    async create(file) {
      before(`create ${nameOf(file)}`)
      const handle = await machine.create(file)
      const body = link(nameOf(file), new Uint8Array())
      return {
        async writeFile(content) {
          before(`write ${nameOf(file)}`)
          await handle.writeFile(content)
          body.bytes = Buffer.from(content as Uint8Array)
        },
        async sync() {
          before(`sync ${nameOf(file)}`)
          await handle.sync()
          told.push({ type: 'sync-body', body })
        },
        close: async () => handle.close(),
      }
    },
    async rename(from, to) {
      before(`rename ${nameOf(to)}`)
      await machine.rename(from, to)
      bodies.set(nameOf(to), bodies.get(nameOf(from))!)
      told.push({ type: 'move', name: nameOf(from), to: nameOf(to) })
    },
    async remove(file) {
      before(`remove ${nameOf(file)}`)
      await machine.remove(file)
      told.push({ type: 'unlink', name: nameOf(file) })
    },
    async makeFolder(made) {
      before(`folder ${nameOf(made)}`)
      const outermost = await machine.makeFolder(made)
      if (outermost !== undefined) told.push({ type: 'folder', name: nameOf(made) })
      return outermost
    },
    async syncFolder(synced) {
      before(`sync ${nameOf(synced) || 'all'}`)
      await machine.syncFolder(synced)
      told.push({ type: 'sync-names', folder: nameOf(synced) })
    },
  }

  const files: SettlingFiles = {
    ...disk,
    async write(path, content) {
      before(`put ${path}`)
      await disk.write(path, content)
      link(inProject(path), Buffer.from(content as Uint8Array))
    },
    async remove(path) {
      before(`unlink ${path}`)
      await disk.remove(path)
      told.push({ type: 'unlink', name: inProject(path) })
    },
    async makeFolder(path) {
      before(`make ${path}`)
      await disk.makeFolder(path)
      told.push({ type: 'folder', name: inProject(path) })
    },
    async settle(paths) {
      before('settle')
      await disk.settle(paths)
      for (const path of paths) {
        const body = bodies.get(inProject(path))
        if (body) told.push({ type: 'sync-body', body })
        told.push({ type: 'sync-names', folder: standing(folder, inProject(path)) })
      }
    },
  }
  return { machine: watched, files, told }
}

/** The folder that holds a name, or the nearest above it that is still there. */
function standing(folder: string, name: string): string {
  const parent = dirname(name)
  return statSync(join(folder, parent), { throwIfNoEntry: false }) ? parent : standing(folder, parent)
}

/** How much of a body is there whose bytes were not synced. */
const tears = [Infinity, 0, 512, 4096] as const
const mostExhaustive = 6
const samples = rounds(10, 60)

/**
 * Every tree that a disk may legally hold after losing power once the first `count` steps were told: what was synced is there, of
 * the names told since any may be there or not, and bytes that were not synced may be missing from any block on.
 */
export function* treesAfter(start: Tree, told: readonly Told[], random: () => number): Generator<Tree> {
  const durable = new Map(start) as Map<string, Body | Uint8Array | null>
  const synced = new Set<Body>()
  /** Names that are on the disk, in folders of which that is not certain. */
  const certain = new Set<Told>()
  let loose: Told[] = []
  for (const step of told) {
    if (step.type === 'sync-body') synced.add(step.body)
    else if (step.type !== 'sync-names' && step.type !== 'acknowledged') loose.push(step)
    if (step.type !== 'sync-names') continue
    for (const each of loose) if (folderOf(each) === step.folder) certain.add(each)
    loose = loose.filter((each) => !(certain.has(each) && take(durable, each)))
  }
  const open = loose.filter((each) => !certain.has(each))
  for (const chosen of subsets(open, random)) {
    const names = new Map(durable)
    for (const each of loose) if (certain.has(each) || chosen.includes(each)) take(names, each)
    for (const tear of tears) {
      const tree = torn(names, synced, tear)
      if (tree) yield tree
    }
  }
}

function folderOf(step: Told): string {
  return 'name' in step ? dirname(step.name).replace(/^\.$/, '') : ''
}

/** Puts a change of names into effect; false where its folder is not there. */
function take(names: Map<string, Body | Uint8Array | null>, step: Told): boolean {
  if (!('name' in step)) return false
  const parent = folderOf(step)
  if (parent !== '' && names.get(parent) !== null) return false
  if (step.type === 'folder') names.set(step.name, names.get(step.name) ?? null)
  if (step.type === 'link') names.set(step.name, step.body)
  // A folder goes only when it is empty, so with it everything that was in it is gone.
  if (step.type === 'unlink') {
    for (const name of names.keys())
      if (name === step.name || name.startsWith(`${step.name}/`)) names.delete(name)
  }
  if (step.type === 'move') {
    const body = names.get(step.name) ?? moved.get(step)
    names.delete(step.name)
    if (body) names.set(step.to, body)
  }
  return true
}

/** Bodies of names that moved: the new name may be there although the old one never was. */
const moved = new WeakMap<Told, Body>()

/** Fills in what the moves among the steps lead to. */
export function resolveMoves(told: readonly Told[]): void {
  const bodies = new Map<string, Body>()
  for (const step of told) {
    if (step.type === 'link') bodies.set(step.name, step.body)
    if (step.type !== 'move') continue
    const body = bodies.get(step.name)
    if (body) moved.set(step, body)
    if (body) bodies.set(step.to, body)
  }
}

function* subsets(loose: readonly Told[], random: () => number): Generator<readonly Told[]> {
  const isExhaustive = loose.length <= mostExhaustive
  const count = isExhaustive ? 2 ** loose.length : samples
  for (let index = 0; index < count; index++) {
    yield loose.filter((_, bit) => (isExhaustive ? (index >> bit) & 1 : random() < 0.5))
  }
  if (isExhaustive) return
  for (let end = 0; end <= loose.length; end++) yield loose.slice(0, end)
  for (let left = 0; left < loose.length; left++) yield loose.filter((_, index) => index !== left)
}

/** Undefined when nothing is left to tear, and the whole was told already. */
function torn(
  names: ReadonlyMap<string, Body | Uint8Array | null>,
  synced: ReadonlySet<Body>,
  tear: number,
): Tree | undefined {
  let isTorn = tear === Infinity
  const tree = new Map<string, Uint8Array | null>()
  for (const [name, body] of names) {
    if (body === null || body instanceof Uint8Array) tree.set(name, body)
    else {
      const isLoose = !synced.has(body) && body.bytes.length > tear
      isTorn ||= isLoose
      tree.set(name, isLoose ? body.bytes.subarray(0, tear) : body.bytes)
    }
  }
  return isTorn ? tree : undefined
}

/** What is in a folder now. */
export function treeOf(folder: string, below = ''): Map<string, Uint8Array | null> {
  const tree = new Map<string, Uint8Array | null>()
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    tree.set(name, entry.isDirectory() ? null : readFileSync(join(folder, name)))
    if (entry.isDirectory()) for (const [inside, body] of treeOf(folder, name)) tree.set(inside, body)
  }
  return tree
}

/** Puts a tree into an empty folder. */
export function plant(folder: string, tree: Tree, rename: (name: string) => string): void {
  for (const [name, body] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (body === null) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
    else writeFileSync(join(folder, rename(name)), body)
  }
}

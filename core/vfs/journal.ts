import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '../base/diagnostic.ts'
import { startOf } from '../base/process-identity.ts'
import { openStateFolder, removeDurably, writeDurably } from './durable.ts'
import type { ModeFiles } from './disk.ts'
import type { WritableFiles } from './file-system.ts'
import { errnoOf } from './handle.ts'
import type { Path } from './path.ts'
import { refusal } from './refusals.ts'

/** What to bring back at one path. */
export type Previous =
  | { readonly path: Path; readonly type: 'absent' }
  | { readonly path: Path; readonly type: 'folder' }
  | {
      readonly path: Path
      readonly type: 'file'
      readonly bytes: Uint8Array
      readonly mode: number | undefined
    }

/** A step that can be undone until it is forgotten, also by a later process when it has a journal on the disk. */
export interface Undo {
  readonly entries: readonly Previous[]
  /** Brings everything back, last change first, then forgets. */
  run(files: WritableFiles): Promise<void>
}

/** The steps of one workspace that can be undone, kept in a folder of the machine, or in memory without one. */
export interface Journal {
  /** Settles when the undo is safe; only then may the change begin. */
  keep(entries: readonly Previous[]): Promise<Undo>
  /** Forgets all that was kept, or none when it is cut short. */
  forget(): Promise<void>
}

interface Line {
  readonly path: string
  readonly type: string
  readonly content?: string
  readonly mode?: number
}

const fileName = /^(commit-(\d+)-(\d+)-[0-9a-f]{16})-(\d+|done)\.json$/

/** A journal in `state`, an absolute folder that is made when needed. */
export function createJournal(state: string | undefined): Journal {
  const group = `commit-${process.pid}-${startOf(process.pid)}-${randomBytes(8).toString('hex')}`
  let count = 0
  const kept = new Set<string>()

  async function write(entries: readonly Previous[]): Promise<string | undefined> {
    if (state === undefined) return undefined
    await openStateFolder(state)
    const file = join(state, `${group}-${++count}.json`)
    await writeDurably(file, JSON.stringify({ version: 1, entries: entries.map(toLine) }))
    kept.add(file)
    return file
  }

  return {
    async keep(entries) {
      const file = await write(entries)
      return {
        entries,
        async run(files) {
          await bringBack(entries, files)
          if (file === undefined) return
          await removeDurably(file)
          kept.delete(file)
        },
      }
    },
    async forget() {
      // One file vanishes at once; several could not, so a mark says first that all of them are over.
      const mark = kept.size > 1 ? join(state!, `${group}-done.json`) : undefined
      if (mark !== undefined) await writeDurably(mark, '{}')
      for (const file of kept) await removeDurably(file)
      kept.clear()
      if (mark !== undefined) await removeDurably(mark)
    },
  }
}

/**
 * Undoes what processes that are no longer alive had begun to put on the disk and had not finished; gives the paths that
 * it brought back. `state` is the folder their workspaces were given. Rejects with `STATE_CORRUPT` when it cannot be read.
 */
export async function recoverCommit(state: string, files: WritableFiles): Promise<readonly Path[]> {
  const restored = new Set<Path>()
  for (const [group, names] of abandonedGroups(state)) {
    const isOver = names.includes(`${group}-done.json`)
    for (const name of names.filter((name) => !name.endsWith('-done.json'))) {
      if (!isOver) {
        const entries = parse(readFileSync(join(state, name), 'utf8'), name)
        await bringBack(entries, files)
        for (const { path } of entries) restored.add(path)
      }
      await removeDurably(join(state, name))
    }
    if (isOver) await removeDurably(join(state, `${group}-done.json`))
  }
  return [...restored].sort(compareText)
}

/** Journals by workspace, newest first. */
function abandonedGroups(state: string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const name of namesIn(state)) {
    const [, group, pid, started] = fileName.exec(name) ?? []
    if (group === undefined || startOf(Number(pid)) === started) continue
    groups.set(group, [...(groups.get(group) ?? []), name])
  }
  const numberOf = (name: string): number => Number(fileName.exec(name)?.[4])
  for (const names of groups.values()) names.sort((a, b) => numberOf(b) - numberOf(a))
  return groups
}

function namesIn(state: string): string[] {
  try {
    return readdirSync(state)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw refusal(
      'UNREADABLE',
      `The state folder cannot be read (${errnoOf(thrown)}).`,
      'Check its permissions.',
    )
  }
}

async function bringBack(entries: readonly Previous[], files: WritableFiles): Promise<void> {
  for (const previous of entries.toReversed()) await bringBackOne(previous, files)
}

async function bringBackOne(previous: Previous, files: WritableFiles): Promise<void> {
  const { path } = previous
  const current = (await files.stat(path))?.type
  if (previous.type === 'absent') {
    // A folder of ours in which a process has left something of its own stays.
    const isUsed = current === 'directory' && ((await files.list(path)) ?? []).length > 0
    if (current !== undefined && !isUsed) await files.remove(path)
    return
  }
  const isOtherKind = (current === 'directory') !== (previous.type === 'folder')
  if (current !== undefined && isOtherKind) await files.remove(path)
  if (previous.type !== 'file') {
    await files.makeFolder(path)
    return
  }
  await files.write(path, previous.bytes)
  if (previous.mode !== undefined && 'setMode' in files) (files as ModeFiles).setMode(path, previous.mode)
}

function toLine(previous: Previous): Line {
  const { path, type } = previous
  if (type !== 'file') return { path, type }
  const { bytes, mode } = previous
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return { path, type, content, ...(mode === undefined ? {} : { mode }) }
}

function parse(text: string, name: string): Previous[] {
  try {
    const { version, entries } = JSON.parse(text) as { version: unknown; entries: Line[] }
    if (version !== 1) throw new Error('unknown version')
    return entries.map(fromLine)
  } catch {
    const message = `The commit journal "${name}" cannot be read.`
    throw refusal(
      'STATE_CORRUPT',
      message,
      'Compare the project with its last good state, then move the journal away.',
    )
  }
}

function fromLine({ path, type, content, mode }: Line): Previous {
  if (typeof path !== 'string') throw new Error('no path')
  if (type === 'absent' || type === 'folder') return { path: path as Path, type }
  if (type !== 'file' || typeof content !== 'string') throw new Error('unknown entry')
  return { path: path as Path, type, bytes: new Uint8Array(Buffer.from(content, 'base64')), mode }
}

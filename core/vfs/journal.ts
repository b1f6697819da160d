import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compareText } from '../base/diagnostic.ts'
import { startOf } from '../base/process-identity.ts'
import { openStateFolder, removeDurably, removeLeftovers, writeDurably } from './durable.ts'
import type { WritableFiles } from './file-system.ts'
import type { Moved } from './first-looks.ts'
import { errnoOf } from './handle.ts'
import { formatJournal, parseJournal } from './journal-text.ts'
import { type Machine, machine } from './machine.ts'
import type { Path } from './path.ts'
import { refusal } from './refusals.ts'
import { bringBack, keepMoved, pathsOf, removeUnfinished, settle, type Step } from './undo.ts'

/** A change that can be undone until it is forgotten, also by a later process when it has a journal on the disk. */
export interface Undo {
  /** The paths that it brings back. */
  readonly paths: readonly Path[]
  /**
   * Brings everything back, last step first, then forgets. What somebody else has changed since stays as it is, unless
   * `isOurs` says that it may be overwritten; gives what stayed.
   */
  run(files: WritableFiles, isOurs?: (path: Path) => boolean): Promise<readonly Moved[]>
}

/** The changes of one workspace that can be undone, kept in a folder of the machine, or in memory without one. */
export interface Journal {
  /** True when what is kept outlives the process, so that what it is about must be on the disk before it is forgotten. */
  readonly isDurable: boolean
  /** Settles when the undo is safe; only then may the change begin. */
  keep(steps: readonly Step[]): Promise<Undo>
  /** Forgets all that was kept, or none when it is cut short. */
  forget(): Promise<void>
}

const fileName = /^(commit-(\d+)-(\d+)-[0-9a-f]{16})-(\d+|done)\.json$/

/** A journal in `state`, an absolute folder that is made when needed. */
export function createJournal(state: string | undefined, on: Machine = machine): Journal {
  return state === undefined ? inMemory : createKeptJournal(state, on)
}

const inMemory: Journal = {
  isDurable: false,
  async keep(steps) {
    return { paths: pathsOf(steps), run: async (files, isOurs) => bringBack(steps, files, isOurs) }
  },
  async forget() {},
}

function createKeptJournal(state: string, on: Machine): Journal {
  const group = `commit-${process.pid}-${startOf(process.pid)}-${randomBytes(8).toString('hex')}`
  /** While it is there, all that is kept is over. */
  const mark = join(state, `${group}-done.json`)
  const kept = new Set<string>()
  let count = 0
  let mayBeMarked = false

  async function write(steps: readonly Step[]): Promise<string> {
    await openStateFolder(state, on)
    const file = join(state, `${group}-${++count}.json`)
    try {
      await writeDurably(file, formatJournal(steps), on)
    } catch (thrown) {
      // It may be there although that is not certain, and would undo later what was never done.
      await on.remove(file).catch(() => undefined)
      throw thrown
    }
    kept.add(file)
    return file
  }

  async function undo(
    file: string,
    files: WritableFiles,
    isOurs?: (path: Path) => boolean,
  ): Promise<readonly Moved[]> {
    // Read back, since many changes would fill the memory with what they replaced.
    const steps = parseJournal(readFileSync(file, 'utf8'), basename(file))
    if (mayBeMarked) await removeDurably(mark, on)
    mayBeMarked = false
    const stayed = await bringBack(steps, files, isOurs)
    await settle(files, pathsOf(steps))
    await removeDurably(file, on)
    kept.delete(file)
    return stayed
  }

  /** What cannot be cleared away now is cleared away at the next start. */
  async function clear(): Promise<void> {
    for (const file of kept) await on.remove(file)
    await on.syncFolder(state)
    await on.remove(mark)
  }

  return {
    isDurable: true,
    async keep(steps) {
      const file = await write(steps)
      return { paths: pathsOf(steps), run: async (files, isOurs) => undo(file, files, isOurs) }
    },
    async forget() {
      if (kept.size === 0) return
      mayBeMarked = true
      try {
        await writeDurably(mark, '{}', on)
      } catch (thrown) {
        await on.remove(mark).catch(() => undefined)
        throw thrown
      }
      await clear().catch(() => undefined)
      kept.clear()
      mayBeMarked = false
    },
  }
}

export interface Recovery {
  /** The absolute folder where a version that somebody else has made meanwhile is kept before the old one comes back. */
  readonly keepIn?: string
  /** Told where such versions are kept: an absolute folder, and the paths. */
  readonly kept?: (folder: string, paths: readonly Path[]) => void
  readonly on?: Machine
}

/**
 * Undoes what processes that are no longer alive had begun to put on the disk and had not finished; gives the paths that
 * it brought back. `state` is the folder their workspaces were given. Rejects with `STATE_CORRUPT` when a journal cannot be
 * read and with `STATE_TOO_NEW` when a later version wrote it: then nothing was touched.
 */
export async function recoverCommit(
  state: string,
  files: WritableFiles,
  { keepIn, kept, on = machine }: Recovery = {},
): Promise<readonly Path[]> {
  const restored = new Set<Path>()
  const abandoned = [...abandonedGroups(state)].map((found) => openGroup(state, found))
  for (const { group, journals, isOver } of abandoned) {
    for (const { file, steps } of journals) {
      const paths = keepIn === undefined ? [] : await keepMoved(steps, files, join(keepIn, group))
      if (paths.length > 0) kept?.(join(keepIn!, group), paths)
      await bringBack(steps, files, () => true)
      await removeUnfinished(steps, files)
      await settle(files, pathsOf(steps))
      for (const { previous } of steps) restored.add(previous.path)
      await removeDurably(file, on)
    }
    if (isOver) await removeDurably(join(state, `${group}-done.json`), on)
  }
  await removeLeftovers(state)
  return [...restored].sort(compareText)
}

interface AbandonedGroup {
  readonly group: string
  readonly journals: readonly { readonly file: string; readonly steps: readonly Step[] }[]
  readonly isOver: boolean
}

/** All of a group is read before any of it is undone. What is over has nothing to undo. */
function openGroup(state: string, [group, names]: [string, string[]]): AbandonedGroup {
  const isOver = names.includes(`${group}-done.json`)
  const journals = names
    .filter((name) => !name.endsWith('-done.json'))
    .map((name) => {
      const file = join(state, name)
      return { file, steps: isOver ? [] : parseJournal(readFileSync(file, 'utf8'), name) }
    })
  return { group, journals, isOver }
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

import { randomBytes } from 'node:crypto'
import { join, relative } from 'node:path'
import { HeddleError } from '../base/diagnostic.ts'
import type { Cells } from './cells.ts'
import { createCells } from './cells.ts'
import type { Change, Settled } from './changes.ts'
import { listChanges } from './changes.ts'
import { putDown } from './commit.ts'
import { keepChanges } from './conflicts.ts'
import type { Files, WritableFiles } from './file-system.ts'
import type { Moved } from './first-looks.ts'
import type { Journal, Undo } from './journal.ts'
import type { Original } from './original.ts'
import { childOf, type Path } from './path.ts'
import { type Pending, pendingAt, pendingIn } from './pending.ts'
import { movedOutside, reworded } from './refusals.ts'
import { everywhere, isInside, type Regions } from './regions.ts'
import type { StableFiles } from './stable.ts'
import { run } from './steps.ts'
import { settle } from './undo.ts'

/** The changes of a workspace at one moment; good for the workspace that made it. */
export interface Snapshot {
  readonly cells: Cells
  readonly before: ReadonlyMap<Path, Original>
  readonly settled: ReadonlyMap<Path, Settled>
  readonly flushes: number
}

/** What changes are made to, and what is kept of them. */
export interface UncommittedParts {
  readonly base: Files
  /** The base as it was first seen. */
  readonly stable: StableFiles
  readonly journal: Journal
  /** The absolute folder of the machine that the base shows. */
  readonly folder: string | undefined
  /** The absolute folder where changes are kept that cannot be put on the base. */
  readonly conflicts: string | undefined
  readonly ignores: Ignores | undefined
}

/** Says of what has changed from outside whether nobody minds. */
export type Ignores = (path: Path, isFolder: boolean) => Promise<boolean>

/** Changes that are not committed: those that lie above the base, and those that were flushed to it and can be undone. */
export interface Uncommitted {
  /** Another tree after every flush, commit and return. */
  readonly cells: Cells
  /** Grows with everything after which the base may hold something else. */
  readonly generation: number
  /** Bytes of files that were flushed, which are kept until they are committed. */
  readonly flushedBytes: number
  /** What a path was when it was first touched, where it was. */
  beforeAt(path: Path): Original | undefined
  /** Takes note of what is about to be covered; the first note stands. */
  cover(path: Path, original: Original): void
  list(): readonly Change[]
  flush(regions: Regions, changes: Regions): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  snapshot(): Snapshot
  restore(snapshot: Snapshot): Promise<void>
  changedBelow(regions: Regions): void
  expectScratch(isScratch: (path: Path) => boolean): void
}

/** No changes yet. Calls that give a promise must not overlap. */
export function createUncommitted(parts: UncommittedParts): Uncommitted {
  const { base, stable, journal, folder, conflicts, ignores } = parts
  const scratch = new Set<(path: Path) => boolean>()
  const ground = { base, journal }
  const keepIn = conflicts && join(conflicts, randomBytes(8).toString('hex'))
  let cells = createCells()
  let before = new Map<Path, Original>()
  let settled = new Map<Path, Settled>()
  /** What processes were allowed to change after it was flushed. */
  let consented: string[] = []
  let generation = 0
  let flushedBytes = 0
  const undos: Undo[] = []

  async function flush(regions: Regions, changes: Regions): Promise<void> {
    const chosen = pendingIn({ cells, before }, regions)
    await refuseMoved(changes, chosen)
    const undo = await putDown(chosen, ground)
    if (undo) undos.push(undo)
    settleOn(chosen)
  }

  async function commit(): Promise<void> {
    const pending = { cells, before }
    await refuseMoved(everywhere, pending)
    const undo = await putDown(pending, ground)
    try {
      if (journal.isDurable) await settle(base, [...new Set([...settled.keys(), ...before.keys()])])
    } catch (thrown) {
      await undo?.run(base as WritableFiles)
      throw thrown
    }
    if (undo) undos.push(undo)
    settleOn(pending)
    await journal.forget()
    undos.length = 0
    forgetSettled()
  }

  function forgetSettled(): void {
    consented = []
    settled = new Map()
    flushedBytes = 0
  }

  /** Pending changes are judged by themselves: the same change from outside is no conflict. */
  async function refuseMoved(regions: Regions, pending: Pending): Promise<void> {
    const found = await run(stable.findMoved(regions))
    const moved: Moved[] = []
    for (const each of found) {
      if (!pending.before.has(each.path) && !(await isPassing(each))) moved.push(each)
    }
    if (moved.length > 0) throw movedOutside(base.label, moved)
  }

  async function isPassing({ path, first, now, names }: Moved): Promise<boolean> {
    if (!names) return mayComeAndGo(path, first.type === 'folder' || now.type === 'folder')
    for (const { name, type } of names) {
      if (!(await mayComeAndGo(childOf(path, name), type === 'directory'))) return false
    }
    return true
  }

  /** Scratch comes and goes with the programs that claim it; what git ignores, with programs that claim nothing of it too. */
  async function mayComeAndGo(path: Path, isFolder: boolean): Promise<boolean> {
    for (const isScratch of scratch) if (isScratch(path)) return true
    return (await ignores?.(path, isFolder)) ?? false
  }

  /** The base now holds what was pending. */
  function settleOn(pending: Pending): void {
    for (const [path, original] of pending.before) {
      const after = pendingAt(pending, path)
      const cell = pending.cells.get(path)
      const bytes = cell?.type === 'file' ? cell.bytes : undefined
      const earlier = settled.get(path)
      settled.set(path, { before: earlier?.before ?? original, after, bytes })
      flushedBytes += (bytes?.length ?? 0) - (earlier?.bytes?.length ?? 0)
      stable.put(path, after)
    }
    const isAll = pending.before === before
    if (isAll) forgetPending()
    else for (const path of pending.before.keys()) cells.delete(path)
    if (!isAll) before = new Map([...before].filter(([path]) => !pending.before.has(path)))
    generation++
  }

  function forgetPending(): void {
    cells = createCells()
    before = new Map()
  }

  /** Gives what somebody else has changed, and what therefore stays. */
  async function undoTo(count: number): Promise<readonly Moved[]> {
    const stayed: Moved[] = []
    while (undos.length > count) {
      const undo = undos.at(-1)!
      // Running flushes before committing is only possible on files that can be written.
      stayed.push(...(await undo.run(base as WritableFiles, (path) => isInside(path, consented))))
      stable.forget(undo.paths)
      undos.pop()
    }
    generation++
    return stayed
  }

  function refuseStayed(stayed: readonly Moved[]): void {
    if (stayed.length === 0) return
    const conflict = movedOutside(base.label, stayed)
    const { message } = conflict.diagnostic
    throw reworded(
      conflict,
      `${message} It stays so; everything else is as it was.`,
      'Look at it, then run again.',
    )
  }

  /** What could not be put on the files is not lost: it is kept beside them. */
  async function keepingOurs(task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (thrown) {
      const isConflict = thrown instanceof HeddleError && thrown.code === 'CONFLICT'
      if (!isConflict) throw thrown
      const { message, hint = '' } = thrown.diagnostic
      const kept = await keepOurs()
      if (kept === undefined) throw reworded(thrown, `${message} Nothing was written.`, hint)
      throw reworded(
        thrown,
        `${message} Nothing was written; what was made here is kept in "${kept}".`,
        `Compare "${kept}/files" with the project, then run again.`,
      )
    }
  }

  async function keepOurs(): Promise<string | undefined> {
    const changes = listChanges({ cells, before }, settled)
    if (!keepIn || changes.length === 0) return undefined
    const kept = await Promise.all(changes.map(async (each) => ({ ...each, bytes: await bytesOf(each) })))
    await keepChanges(keepIn, kept)
    return folder === undefined ? keepIn : relative(folder, keepIn)
  }

  /** Of what was flushed a process may have made something else. */
  async function bytesOf({ path, type }: Change): Promise<Uint8Array | undefined> {
    const cell = cells.get(path)
    if (cell || type === 'removed') return cell?.type === 'file' ? cell.bytes : undefined
    const flushed = settled.get(path)?.bytes
    return isInside(path, consented) ? base.read(path).catch(() => flushed) : flushed
  }

  return {
    get cells() {
      return cells
    },
    get generation() {
      return generation
    },
    get flushedBytes() {
      return flushedBytes
    },
    beforeAt: (path) => before.get(path),
    cover(path, original) {
      if (!before.has(path)) before.set(path, original)
    },
    list: () => listChanges({ cells, before }, settled),
    flush: async (regions, changes) => keepingOurs(async () => flush(regions, changes)),
    commit: async () => keepingOurs(commit),
    async rollback() {
      const stayed = await undoTo(0)
      forgetPending()
      forgetSettled()
      refuseStayed(stayed)
    },
    snapshot: () => ({
      cells: cells.copy(),
      before: new Map(before),
      settled: new Map(settled),
      flushes: undos.length,
    }),
    async restore(snapshot) {
      const stayed = await undoTo(snapshot.flushes)
      cells = snapshot.cells.copy()
      before = new Map(snapshot.before)
      settled = new Map(snapshot.settled)
      flushedBytes = [...settled.values()].reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)
      refuseStayed(stayed)
    },
    changedBelow(regions) {
      stable.forget(regions)
      if (undos.length > 0) consented.push(...regions)
      generation++
    },
    expectScratch: (isScratch) => void scratch.add(isScratch),
  }
}

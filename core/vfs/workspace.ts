import { randomBytes } from 'node:crypto'
import { join, relative } from 'node:path'
import { HeddleError } from '../base/diagnostic.ts'
import { createLimit } from '../base/limit.ts'
import { toBytes } from './bytes.ts'
import type { Cells } from './cells.ts'
import { createCells } from './cells.ts'
import type { Change, Settled } from './changes.ts'
import { listChanges } from './changes.ts'
import { putDown } from './commit.ts'
import { keepChanges } from './conflicts.ts'
import type { Files, RenamableFiles, WritableFiles } from './file-system.ts'
import type { Moved } from './first-looks.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import type { Undo } from './journal.ts'
import { createJournal } from './journal.ts'
import { type Machine, machine } from './machine.ts'
import type { Original } from './original.ts'
import { createOverlay, passed, readingOf } from './overlay.ts'
import type { Path } from './path.ts'
import { type Pending, pendingAt, pendingIn } from './pending.ts'
import { defaultQuota, type QuotaLimits, requireRoom } from './quota.ts'
import { movedOutside, withMessage } from './refusals.ts'
import { everywhere, isInside, type Regions } from './regions.ts'
import { renameIn } from './rename.ts'
import { createStable } from './stable.ts'
import type { Steps } from './steps.ts'
import { run } from './steps.ts'
import { settle } from './undo.ts'
import type { WorkspaceView } from './view.ts'
import { createView, publishTo } from './view.ts'

/** How much a workspace holds in memory: what is not committed, and what it has read. */
export interface WorkspaceLimits extends QuotaLimits {
  /** Bytes of files and listings that are kept once they were read; the least used are dropped. */
  readonly cacheBytes: number
}

export interface WorkspaceOptions {
  /** The absolute folder of the machine that the files show, when they do. */
  readonly folder?: string
  /** The absolute folder for the journal; without it an undo does not outlive the process. */
  readonly state?: string
  /** The absolute folder where changes are kept that could not be put on the files because of a `CONFLICT`. */
  readonly conflicts?: string
  readonly limits?: Partial<WorkspaceLimits>
  readonly gate?: Gate
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** For tests: what makes files of the machine durable. */
  readonly machine?: Machine
}

/** The changes of a workspace at one moment; good for the workspace that made it. */
export interface Snapshot {
  readonly cells: Cells
  readonly before: ReadonlyMap<Path, Original>
  readonly settled: ReadonlyMap<Path, Settled>
  readonly flushes: number
}

/**
 * A copy-on-write file system over others, which stay as they are until `commit` or `flush`. What was read is read from memory
 * the next time; files that are changed from outside after their first reading make a `CONFLICT`, never a mixed result.
 */
export interface Workspace extends RenamableFiles {
  readonly folder: string | undefined
  /** What differs from the files as they were, sorted by path. Folders are named only when nothing is in them. */
  diff(): readonly Change[]
  /** Bytes and entries that are not committed. */
  readonly uncommitted: { readonly bytes: number; readonly entries: number }
  snapshot(): Snapshot
  /** Goes back to the snapshot; what was flushed after it is undone. */
  restore(snapshot: Snapshot): Promise<void>
  /**
   * Forgets all changes since the last commit; what was flushed is undone. Rejects with `CONFLICT` in the end when somebody
   * has changed what was flushed: that stays.
   */
  rollback(): Promise<void>
  /**
   * Puts all changes on the files below, or none. Rejects with `CONFLICT`, nothing written, when a path that was read, listed,
   * found absent or changed here was changed from outside since; the changes are then kept, and the message says where.
   */
  commit(): Promise<void>
  /**
   * Puts the changes in the regions (everywhere, when left out) on the files below, because a process will look at them, and
   * keeps the undo. `changes` are the regions that the process may change: what was read there must still be so. Rejects as
   * `commit` does.
   */
  flush(regions?: Regions, changes?: Regions): Promise<void>
  /** Says that what is in the regions may have been changed with our consent: it is read anew, and no conflict. */
  changedBelow(regions: Regions): void
  /** Files for one operation: what it writes is its own until it is published. */
  view(name: string): WorkspaceView
}

const defaultLimits: WorkspaceLimits = { ...defaultQuota, cacheBytes: 64 * 1024 * 1024 }
const nowhere: Regions = []

/** A workspace over any files. */
export function createWorkspace(base: Files, options: WorkspaceOptions = {}): Workspace {
  const { gate = createGate(), now = Date.now } = options
  const limits = { ...defaultLimits, ...options.limits }
  const stable = createStable(base, limits.cacheBytes)
  const journal = createJournal(options.state, options.machine ?? machine)
  const ground = { base, journal }
  const keepIn = options.conflicts && join(options.conflicts, randomBytes(8).toString('hex'))
  const inOrder = createLimit(1)
  let working = 0
  let cells = createCells()
  let before = new Map<Path, Original>()
  let settled = new Map<Path, Settled>()
  /** What processes were allowed to change after it was flushed. */
  let consented: string[] = []
  const undos: Undo[] = []

  const growing = (paths: readonly Path[], bytes: number): void =>
    requireRoom(cells, limits, { paths, bytes })
  const overlay = createOverlay({
    base: stable,
    cells: () => cells,
    now,
    listener: {
      *covering(path) {
        if (!before.has(path)) before.set(path, yield* stable.look(path))
      },
      listed: (path) => stable.rely(path),
      growing,
    },
  })

  /** Changes happen one after another; at once when the base answers at once and nothing is under way. */
  function change<T>(steps: () => Steps<T>): Promise<T> {
    return working === 0 && base.sync ? run(steps()) : alone(() => run(steps()))
  }

  async function alone<T>(task: () => Promise<T>): Promise<T> {
    working++
    try {
      return await inOrder(task)
    } finally {
      working--
    }
  }

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
    consented = []
    settled = new Map()
  }

  /** Pending changes are judged by themselves: the same change from outside is no conflict. */
  async function refuseMoved(regions: Regions, pending: Pending): Promise<void> {
    const found = await run(stable.findMoved(regions))
    const moved = found.filter(({ path }) => !pending.before.has(path))
    if (moved.length > 0) throw movedOutside(base.label, moved)
  }

  /** The base now holds what was pending. */
  function settleOn(pending: Pending): void {
    for (const [path, original] of pending.before) {
      const after = pendingAt(pending, path)
      settled.set(path, { before: settled.get(path)?.before ?? original, after })
      stable.put(path, after)
    }
    const isAll = pending.before === before
    if (isAll) cells = createCells()
    else for (const path of pending.before.keys()) cells.delete(path)
    before = new Map(isAll ? [] : [...before].filter(([path]) => !pending.before.has(path)))
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
    return stayed
  }

  /** What could not be put on the files is not lost: it is kept beside them. */
  async function keepingOurs(task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (thrown) {
      const isConflict = thrown instanceof HeddleError && thrown.code === 'CONFLICT'
      if (!isConflict) throw thrown
      const { message } = thrown.diagnostic
      const kept = await keepOurs()
      const where = kept === undefined ? '' : ` What was made here is kept in "${kept}".`
      throw withMessage(thrown, `${message} Nothing was written.${where}`)
    }
  }

  async function keepOurs(): Promise<string | undefined> {
    const changes = listChanges({ cells, before }, settled)
    if (!keepIn || changes.length === 0) return undefined
    const bytesAt = async ({ path, type }: Change): Promise<Uint8Array | undefined> =>
      type === 'removed' ? undefined : run(overlay.read(path)).catch(() => undefined)
    const kept = await Promise.all(changes.map(async (each) => ({ ...each, bytes: await bytesAt(each) })))
    await keepChanges(keepIn, kept)
    return options.folder === undefined ? keepIn : relative(options.folder, keepIn)
  }

  return {
    ...readingOf(stable, overlay, gate),
    folder: options.folder,
    write(path, content) {
      const bytes = toBytes(content)
      return change(function* () {
        yield* overlay.write(gate.require(path), bytes)
      })
    },
    remove: (path) =>
      change(function* () {
        yield* overlay.remove(gate.require(path))
      }),
    makeFolder: (path) =>
      change(function* () {
        yield* overlay.makeFolder(gate.require(path))
      }),
    rename: (from, to) =>
      change(function* () {
        const renaming = { from: gate.require(from), to: gate.require(to) }
        yield* renameIn({ label: base.label, overlay, cells, growing }, renaming)
      }),
    diff: () => listChanges({ cells, before }, settled),
    get uncommitted() {
      return { bytes: cells.bytes, entries: cells.count }
    },
    snapshot: () => ({
      cells: cells.copy(),
      before: new Map(before),
      settled: new Map(settled),
      flushes: undos.length,
    }),
    restore: (snapshot) =>
      alone(async () => {
        const stayed = await undoTo(snapshot.flushes)
        cells = snapshot.cells.copy()
        before = new Map(snapshot.before)
        settled = new Map(snapshot.settled)
        refuseStayed(stayed, base.label)
      }),
    rollback: () =>
      alone(async () => {
        const stayed = await undoTo(0)
        forgetPending()
        consented = []
        settled = new Map()
        refuseStayed(stayed, base.label)
      }),
    commit: () => alone(() => keepingOurs(commit)),
    flush: (regions = everywhere, changes = nowhere) =>
      alone(() => keepingOurs(() => flush(regions, changes))),
    changedBelow(regions) {
      stable.forget(regions)
      if (undos.length > 0) consented.push(...regions)
    },
    view: (name) =>
      createView({
        name,
        base: readingOf(stable, overlay, passed),
        gate,
        now,
        publish: (written) => change(() => publishTo(overlay, written)),
      }),
  }
}

function refuseStayed(stayed: readonly Moved[], label: string): void {
  if (stayed.length === 0) return
  const conflict = movedOutside(label, stayed)
  throw withMessage(conflict, `${conflict.diagnostic.message} These stay; everything else is as it was.`)
}

import { createLimit } from '../base/limit.ts'
import { toBytes } from './bytes.ts'
import type { Cells } from './cells.ts'
import type { Change } from './changes.ts'
import type { Files, RenamableFiles } from './file-system.ts'
import type { KeptAnswers } from './first-looks.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import { createJournal } from './journal.ts'
import { type Machine, machine } from './machine.ts'
import { type Covered, mergeCells } from './merge-cells.ts'
import type { Original } from './original.ts'
import { createOverlay } from './overlay.ts'
import type { Path } from './path.ts'
import { defaultLimits, requireRoom, type WorkspaceLimits } from './quota.ts'
import type { RecorderOptions } from './recorder.ts'
import { createRecorder } from './recorder.ts'
import { everywhere, type Regions } from './regions.ts'
import { renameIn } from './rename.ts'
import { createShowing, passed, readingOf } from './showing.ts'
import { createStable } from './stable.ts'
import type { Steps } from './steps.ts'
import { run } from './steps.ts'
import { createUncommitted, type Ignores, type Snapshot } from './uncommitted.ts'
import { createVersions } from './versions.ts'
import type { WorkspaceView } from './view.ts'
import { createView } from './view.ts'

export type { WorkspaceLimits } from './quota.ts'
export type { Snapshot } from './uncommitted.ts'

export interface WorkspaceOptions {
  /** The absolute folder of the machine that the files show, when they do. */
  readonly folder?: string
  /** The absolute folder for the journal; without it an undo does not outlive the process. */
  readonly state?: string
  /** The absolute folder where changes are kept that could not be put on the files because of a `CONFLICT`. */
  readonly conflicts?: string
  readonly limits?: Partial<WorkspaceLimits>
  /** Says of a path that was read or listed here whether it may change from outside, as what git ignores does. */
  readonly ignores?: Ignores
  readonly gate?: Gate
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** For tests: what makes files of the machine durable. */
  readonly machine?: Machine
}

/**
 * A copy-on-write file system over others, which stay as they are until `commit` or `flush`. What was read is read from memory
 * the next time; files that are changed from outside after their first reading make a `CONFLICT`, never a mixed result.
 */
export interface Workspace extends RenamableFiles {
  readonly folder: string | undefined
  /** What differs from the files as they were, sorted by path. Folders are named only when nothing is in them. */
  diff(): readonly Change[]
  /** Bytes that are not committed, flushed ones included, and entries that lie above the files. */
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
  /** Says that these may come and go below the files from now on, as caches and reports of programs do: that is no conflict. */
  expectScratch(isScratch: (path: Path) => boolean): void
  /** Files for one operation: what it writes is its own until it is published. */
  view(name: string): WorkspaceView
  /** The same for an operation that runs ahead of its turn. */
  ahead(options: AheadOptions): Ahead
  /** Bytes that operations ahead of their turn have written. */
  readonly aheadBytes: number
}

export interface AheadOptions extends RecorderOptions {
  /** The place in the serial order; what is written at lower ones is seen. */
  readonly key: number
  /** For tests only: what is written at higher ones is seen as well. */
  readonly seesLater?: boolean
}

/** One run of an operation ahead of its turn: what it is told is on record, over all its tries. */
export interface Ahead {
  view(name: string): WorkspaceView
  /** Shows what a view wrote to later places, in place of what was shown of this one before; gives the paths. */
  show(view: WorkspaceView): ReadonlySet<Path>
  /** Nothing of this place is shown any more; gives the paths. */
  hide(): ReadonlySet<Path>
  /** The first of the paths about which it would be told something else now. */
  findChanged(paths: Iterable<Path>): Promise<Path | undefined>
  /** Publishes the view; from then on it is part of the workspace. */
  publish(view: WorkspaceView): Promise<void>
}

/** What was found in the base at one of its generations. */
interface Looked {
  readonly generation: number
  readonly covered: ReadonlyMap<Path, Covered & { readonly original: Original }>
}

const nowhere: Regions = []

/** A workspace over any files. */
export function createWorkspace(base: Files, options: WorkspaceOptions = {}): Workspace {
  return createKnowingWorkspace(base, options)
}

/** A workspace that has what others over the very same files have kept, and adds to it. */
export function createKnowingWorkspace(
  base: Files,
  options: WorkspaceOptions,
  kept?: KeptAnswers,
): Workspace {
  const { gate = createGate(), now = Date.now, folder, conflicts } = options
  const limits = { ...defaultLimits, ...options.limits }
  const stable = createStable(base, limits.cacheBytes, kept)
  const journal = createJournal(options.state, options.machine ?? machine)
  const { ignores } = options
  const uncommitted = createUncommitted({ base, stable, journal, folder, conflicts, ignores })
  const versions = createVersions()
  const inOrder = createLimit(1)
  const inCallOrder = createLimit(1)
  let working = 0
  /** What is published and not merged yet. */
  const arriving = { bytes: 0, entries: 0 }

  const growing = (paths: readonly Path[], bytes: number): void =>
    requireRoom(uncommitted.cells, limits, {
      paths,
      bytes,
      others: { bytes: uncommitted.flushedBytes, entries: 0 },
    })
  const overlay = createOverlay({
    base: stable,
    cells: () => uncommitted.cells,
    now,
    listener: {
      *covering(path) {
        if (!uncommitted.beforeAt(path)) uncommitted.cover(path, yield* stable.look(path))
      },
      growing,
    },
  })
  const shown = createShowing({
    base: stable,
    cells: () => uncommitted.cells,
    listener: { listed: stable.rely },
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

  /** The base is asked for many at once; they are merged in the order of the calls, and never in the middle of a flush. */
  function publish(written: Cells, paths: ReadonlySet<Path>): Promise<void> {
    const looking = lookBeside(written, paths)
    const { bytes, count } = written
    arriving.bytes += bytes
    arriving.entries += count
    const merged = inCallOrder(async () => {
      for (let looked = await looking; ; looked = await lookBeside(written, paths)) {
        if (working > 0) await alone(async () => undefined)
        // After a flush, or a process, the base holds something else.
        if (working === 0 && uncommitted.generation === looked.generation)
          return merge(written, looked.covered)
      }
    })
    return merged.finally(() => {
      arriving.bytes -= bytes
      arriving.entries -= count
    })
  }

  async function lookBeside(written: Cells, paths: ReadonlySet<Path>): Promise<Looked> {
    const { generation } = uncommitted
    return { generation, covered: await run(lookAtCovered(written, paths)) }
  }

  function merge(written: Cells, covered: Looked['covered']): void {
    for (const [path, { original }] of covered) uncommitted.cover(path, original)
    mergeCells(uncommitted.cells, written, (path) => covered.get(path))
  }

  function* lookAtCovered(written: Cells, paths: ReadonlySet<Path>): Steps<Looked['covered']> {
    const covered = new Map<Path, Covered & { original: Original }>()
    for (const path of paths) {
      const original = uncommitted.beforeAt(path) ?? (yield* stable.look(path))
      const isInBase = written.get(path)?.type === 'removed' && (yield* overlay.isInBase(path))
      covered.set(path, { original, isInBase, isFolder: original.type === 'folder' })
    }
    return covered
  }

  function viewOver(name: string, base: Files): WorkspaceView {
    const { rely } = stable
    return createView({ name, base, gate, now, publish, rely, requireRoom: requireRoomBeside })
  }

  /** What an operation writes counts together with what is uncommitted, and with what others have written ahead of their turn. */
  function requireRoomBeside(own: Cells, paths: readonly Path[], bytes: number): void {
    const { cells, flushedBytes } = uncommitted
    const others = {
      bytes: cells.bytes + flushedBytes + versions.bytes + arriving.bytes,
      entries: cells.count + arriving.entries,
    }
    requireRoom(own, limits, { paths, bytes, others })
  }

  function ahead({ key, seesLater = false, ...options }: AheadOptions): Ahead {
    const seen = seesLater ? Infinity : key
    const showing = createShowing({
      base: stable,
      cells: () => versions.at(seen, uncommitted.cells),
      listener: {},
    })
    const recorder = createRecorder(readingOf(stable, showing, passed), options)
    return {
      view: (name) => viewOver(name, recorder.files),
      show: (view) => versions.put(key, view.close(), new Set(view.written)),
      hide: () => versions.drop(key),
      findChanged: (paths) => run(recorder.findChanged(paths)),
      async publish(view) {
        await view.publish()
        versions.drop(key)
      },
    }
  }

  return {
    ...readingOf(stable, shown, gate),
    folder,
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
        const ground = { label: base.label, overlay, cells: uncommitted.cells, growing }
        yield* renameIn(ground, { from: gate.require(from), to: gate.require(to) })
      }),
    diff: uncommitted.list,
    get uncommitted() {
      const { cells, flushedBytes } = uncommitted
      return { bytes: cells.bytes + flushedBytes, entries: cells.count }
    },
    snapshot: uncommitted.snapshot,
    restore: (snapshot) => alone(async () => uncommitted.restore(snapshot)),
    rollback: () => alone(uncommitted.rollback),
    commit: () => alone(uncommitted.commit),
    flush: (regions = everywhere, changes = nowhere) =>
      alone(async () => uncommitted.flush(regions, changes)),
    changedBelow: uncommitted.changedBelow,
    expectScratch: uncommitted.expectScratch,
    view: (name) => viewOver(name, readingOf(stable, overlay, passed)),
    ahead,
    get aheadBytes() {
      return versions.bytes
    },
  }
}

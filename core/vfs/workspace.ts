import { createLimit } from '../base/limit.ts'
import { toBytes } from './bytes.ts'
import type { Cells } from './cells.ts'
import { createCells } from './cells.ts'
import type { Change, Settled } from './changes.ts'
import { listChanges } from './changes.ts'
import { pendingAt, putDown } from './commit.ts'
import type { Files, WritableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import type { Undo } from './journal.ts'
import { createJournal } from './journal.ts'
import type { Original } from './original.ts'
import { fileWith, lookAt } from './original.ts'
import { createOverlay } from './overlay.ts'
import { type Covered, mergeCells } from './merge-cells.ts'
import type { Path } from './path.ts'
import type { RecorderOptions } from './recorder.ts'
import { createRecorder } from './recorder.ts'
import { createShowing, passed, readingOf } from './showing.ts'
import type { Steps } from './steps.ts'
import { run } from './steps.ts'
import type { WorkspaceView } from './view.ts'
import { createVersions } from './versions.ts'
import { createView } from './view.ts'

export interface WorkspaceOptions {
  /** The absolute folder of the machine that the files show, when they do. */
  readonly folder?: string
  /** The absolute folder for the journal; without it an undo does not outlive the process. */
  readonly state?: string
  readonly gate?: Gate
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** The changes of a workspace at one moment; good for the workspace that made it. */
export interface Snapshot {
  readonly cells: Cells
  readonly before: ReadonlyMap<Path, Original>
  readonly settled: ReadonlyMap<Path, Settled>
  readonly flushes: number
}

/** A copy-on-write file system over others, which stay as they are until `commit` or `flush`. */
export interface Workspace extends WritableFiles {
  readonly folder: string | undefined
  /** What differs from the files as they were, sorted by path. Folders are named only when nothing is in them. */
  diff(): readonly Change[]
  snapshot(): Snapshot
  /** Goes back to the snapshot; what was flushed after it is undone. */
  restore(snapshot: Snapshot): Promise<void>
  /** Forgets all changes since the last commit; what was flushed is undone. */
  rollback(): Promise<void>
  /**
   * Puts all changes on the files below, or none. Rejects with `CONFLICT`, nothing written, when one of the changed paths
   * was changed from outside since it was first touched here.
   */
  commit(): Promise<void>
  /** Puts the changes on the files below, because a process will look at them, and keeps the undo. */
  flush(): Promise<void>
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

/** What was found in the base after so many flushes. */
interface Looked {
  readonly flushes: number
  readonly covered: ReadonlyMap<Path, Covered & { readonly original: Original }>
}

/** A workspace over any files. */
export function createWorkspace(base: Files, options: WorkspaceOptions = {}): Workspace {
  const { gate = createGate(), now = Date.now } = options
  const journal = createJournal(options.state)
  const inOrder = createLimit(1)
  const inCallOrder = createLimit(1)
  let working = 0
  let cells = createCells()
  let before = new Map<Path, Original>()
  let settled = new Map<Path, Settled>()
  const seen = new Map<Path, Original>()
  const undos: Undo[] = []

  const versions = createVersions()
  const listener = {
    read(path: Path, bytes: Uint8Array) {
      if (!seen.has(path)) seen.set(path, fileWith(bytes))
    },
  }

  const overlay = createOverlay({
    base,
    cells: () => cells,
    now,
    listener: {
      ...listener,
      *covering(path) {
        if (!before.has(path)) before.set(path, seen.get(path) ?? (yield* lookAt(base, path)))
      },
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

  async function flush(): Promise<void> {
    const pending = { cells, before }
    const undo = await putDown(pending, base, journal)
    if (undo) undos.push(undo)
    for (const [path, original] of before) {
      settled.set(path, { before: settled.get(path)?.before ?? original, after: pendingAt(pending, path) })
    }
    forgetPending()
  }

  function forgetPending(): void {
    cells = createCells()
    before = new Map()
    // From here on the base may change with our consent, so what was seen earlier proves nothing.
    seen.clear()
  }

  async function undoTo(count: number): Promise<void> {
    if (undos.length > count) seen.clear()
    while (undos.length > count) {
      // Running flushes before committing is only possible on files that can be written.
      await undos.at(-1)!.run(base as WritableFiles)
      undos.pop()
    }
  }

  /** The base is asked for many at once; they are merged in the order of the calls, and never in the middle of a flush. */
  function publish(written: Cells, paths: ReadonlySet<Path>): Promise<void> {
    const looking = lookBeside(written, paths)
    const merged = inCallOrder(async () => {
      for (let looked = await looking; ; looked = await lookBeside(written, paths)) {
        if (working > 0) await alone(async () => undefined)
        // After a flush the base holds something else.
        if (working === 0 && undos.length === looked.flushes) return merge(written, looked.covered)
      }
    })
    return merged
  }

  async function lookBeside(written: Cells, paths: ReadonlySet<Path>): Promise<Looked> {
    const flushes = undos.length
    return { flushes, covered: await run(lookAtCovered(written, paths)) }
  }

  function merge(written: Cells, covered: Looked['covered']): void {
    for (const [path, { original }] of covered) if (!before.has(path)) before.set(path, original)
    mergeCells(cells, written, (path) => covered.get(path))
  }

  function* lookAtCovered(written: Cells, paths: ReadonlySet<Path>): Steps<Looked['covered']> {
    const covered = new Map<Path, Covered & { original: Original }>()
    for (const path of paths) {
      const original = before.get(path) ?? seen.get(path) ?? (yield* lookAt(base, path))
      const isInBase = written.get(path)?.type === 'removed' && (yield* overlay.isInBase(path))
      covered.set(path, { original, isInBase, isFolder: original.type === 'folder' })
    }
    return covered
  }

  function viewOver(name: string, base: Files): WorkspaceView {
    return createView({ name, base, gate, now, publish })
  }

  function ahead({ key, seesLater = false, ...options }: AheadOptions): Ahead {
    const seen = seesLater ? Infinity : key
    const showing = createShowing({ base, cells: () => versions.at(seen, cells), listener })
    const recorder = createRecorder(readingOf(base, showing, passed), options)
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
    ...readingOf(base, overlay, gate),
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
    diff: () => listChanges({ cells, before }, settled),
    snapshot: () => ({
      cells: cells.copy(),
      before: new Map(before),
      settled: new Map(settled),
      flushes: undos.length,
    }),
    restore: (snapshot) =>
      alone(async () => {
        await undoTo(snapshot.flushes)
        cells = snapshot.cells.copy()
        before = new Map(snapshot.before)
        settled = new Map(snapshot.settled)
      }),
    rollback: () =>
      alone(async () => {
        await undoTo(0)
        forgetPending()
        settled = new Map()
      }),
    commit: () =>
      alone(async () => {
        await flush()
        await journal.forget()
        undos.length = 0
        settled = new Map()
      }),
    flush: () => alone(flush),
    view: (name) => viewOver(name, readingOf(base, overlay, passed)),
    ahead,
    get aheadBytes() {
      return versions.bytes
    },
  }
}

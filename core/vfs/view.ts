import { toBytes } from './bytes.ts'
import type { Cells } from './cells.ts'
import { createCells } from './cells.ts'
import type { Files, RenamableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createOverlay } from './overlay.ts'
import type { Path } from './path.ts'
import { renameIn } from './rename.ts'
import { readingOf } from './showing.ts'
import type { Steps } from './steps.ts'
import { run } from './steps.ts'

/**
 * Files for one operation. What it writes is its own until `publish`; what it looked at in the workspace is recorded,
 * what it wrote itself and read back is not.
 */
export interface WorkspaceView extends RenamableFiles {
  readonly name: string
  /** Paths that were there and were read or asked about. */
  readonly reads: ReadonlySet<Path>
  readonly listed: ReadonlySet<Path>
  /** Paths that were asked for and were not there. */
  readonly absent: ReadonlySet<Path>
  /** Paths written, made or removed, folders made on the way and all that a removed folder held included. */
  readonly written: ReadonlySet<Path>
  /** Ends the writing, and gives what was written until now; what comes later has no effect. */
  close(): Cells
  /** Closes it, and puts what was written into the workspace over whatever is there now; the records stay. */
  publish(): Promise<void>
  /** Drops what was written; what was read stays on record. */
  discard(): void
}

export interface ViewOptions {
  readonly name: string
  /** The workspace as it is at each moment; paths have passed the gate. */
  readonly base: Files
  readonly gate: Gate
  readonly now: () => number
  readonly publish: (cells: Cells, written: ReadonlySet<Path>) => Promise<void>
  /** A listing of the base was shown, and what it said is to stay so. */
  readonly rely: (folder: Path) => void
  /** Throws when these paths and bytes would be too much besides what is in the cells. */
  readonly requireRoom: (cells: Cells, paths: readonly Path[], bytes: number) => void
}

/** A view over a workspace. */
export function createView(options: ViewOptions): WorkspaceView {
  const { name, base, gate, now, publish, rely, requireRoom } = options
  let cells = createCells()
  let closed: { readonly cells: Cells; readonly written: ReadonlySet<Path> } | undefined
  const reads = new Set<Path>()
  const listed = new Set<Path>()
  const absent = new Set<Path>()
  const written = new Set<Path>()
  const growing = (paths: readonly Path[], bytes: number): void => requireRoom(cells, paths, bytes)
  const overlay = createOverlay({
    base,
    cells: () => cells,
    now,
    listener: {
      asked: (path, present) => void (present ? reads : absent).add(path),
      listed(path) {
        listed.add(path)
        rely(path)
      },
      growing,
      changed: (path) => void written.add(path),
    },
  })

  function close(): NonNullable<typeof closed> {
    closed ??= { cells, written: new Set(written) }
    if (closed.cells === cells) cells = createCells()
    return closed
  }

  function* admitted(path: Path, call: (path: Path) => Steps<void>): Steps<void> {
    yield* call(gate.require(path))
  }

  return {
    ...readingOf(base, overlay, gate),
    name,
    reads,
    listed,
    absent,
    written,
    write(path, content) {
      const bytes = toBytes(content)
      return run(admitted(path, (path) => overlay.write(path, bytes)))
    },
    remove: (path) => run(admitted(path, overlay.remove)),
    makeFolder: (path) => run(admitted(path, overlay.makeFolder)),
    rename(from, to) {
      const ground = { label: base.label, overlay, cells, growing }
      return run(admitted(from, (from) => renameIn(ground, { from, to: gate.require(to) })))
    },
    close: () => close().cells,
    async publish() {
      const ready = close()
      closed = undefined
      await publish(ready.cells, ready.written)
    },
    discard() {
      cells = createCells()
      closed = undefined
      written.clear()
    },
  }
}

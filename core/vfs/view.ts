import { toBytes } from './bytes.ts'
import type { Cell, Cells } from './cells.ts'
import { createCells } from './cells.ts'
import type { Files, RenamableFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import type { Overlay } from './overlay.ts'
import { createOverlay, readingOf } from './overlay.ts'
import type { Path } from './path.ts'
import { parentOf, rootPath } from './path.ts'
import { renameIn } from './rename.ts'
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
  /** Puts what was written into the workspace over whatever is there now; the records stay. */
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
  readonly publish: (cells: Cells) => Promise<void>
}

/** A view over a workspace. */
export function createView({ name, base, gate, now, publish }: ViewOptions): WorkspaceView {
  let cells = createCells()
  const reads = new Set<Path>()
  const listed = new Set<Path>()
  const absent = new Set<Path>()
  const written = new Set<Path>()
  const overlay = createOverlay({
    base,
    cells: () => cells,
    now,
    listener: {
      asked: (path, present) => void (present ? reads : absent).add(path),
      listed: (path) => void listed.add(path),
      changed: (path) => void written.add(path),
    },
  })

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
    rename: (from, to) =>
      run(
        admitted(from, (from) =>
          renameIn({ label: base.label, overlay, cells }, { from, to: gate.require(to) }),
        ),
      ),
    async publish() {
      const ready = cells
      cells = createCells()
      await publish(ready)
    },
    discard() {
      cells = createCells()
      written.clear()
    },
  }
}

/** Writes the cells into another overlay; whatever stands in the way there has been decided earlier, and gives way. */
export function* publishTo(target: Overlay, cells: Cells): Steps<void> {
  for (const [path, cell] of cells.all()) {
    if (cell.type === 'removed') yield* target.remove(path)
    else yield* publishCell(target, path, cell)
  }
}

function* publishCell(target: Overlay, path: Path, cell: Exclude<Cell, { type: 'removed' }>): Steps<void> {
  for (let at = parentOf(path); at !== rootPath; at = parentOf(at)) {
    const found = yield* target.stat(at)
    if (found?.type === 'directory') break
    if (found) yield* target.remove(at)
  }
  const type = (yield* target.stat(path))?.type
  if (cell.type === 'file') {
    if (type === 'directory') yield* target.remove(path)
    yield* target.write(path, cell.bytes, cell.origin)
    return
  }
  if (cell.opaque || (type !== undefined && type !== 'directory')) yield* target.remove(path)
  yield* target.makeFolder(path)
}

import type { Path } from '../vfs/path.ts'
import { createReaders, type Reader } from '../vfs/readers.ts'
import type { WorkspaceView } from '../vfs/view.ts'
import type { Ahead, Workspace } from '../vfs/workspace.ts'
import type { PlantedFault } from './planted.ts'

/** One run of an operation ahead of its turn, over all its tries: what it was told, and what of that is under suspicion. */
export interface AheadRun extends Reader {
  readonly ahead: Ahead
  /** Called when something that it was told may be so no longer. */
  readonly suspected: () => void
  /** True while suspects are looked at. */
  isChecking: boolean
}

export interface SpeculationParts {
  readonly workspace: Workspace
  readonly plant: PlantedFault | undefined
}

/** Uncommitted bytes from which on nothing more is run ahead of its turn. */
const mostBytes = 64 * 1024 * 1024

/** Operations that run ahead of their turn: each is told what earlier ones have written so far, and found out when that changes. */
export class Speculation {
  readonly #parts: SpeculationParts
  readonly #readers = createReaders<AheadRun>()
  #open = 0

  constructor(parts: SpeculationParts) {
    this.#parts = parts
  }

  get hasRoom(): boolean {
    return this.#parts.workspace.aheadBytes < mostBytes
  }

  /** A new run of the operation at `key`, which has been told nothing yet. */
  begin(key: number, suspected: () => void): AheadRun {
    const { workspace, plant } = this.#parts
    this.#open++
    const run: AheadRun = {
      key,
      suspected,
      asked: new Set(),
      suspects: new Set(),
      isChecking: false,
      ahead: workspace.ahead({
        key,
        asking: (question, path) => this.#readers.asked(run, question, path),
        seesLater: plant === 'later-writer-shown',
        forget: plant === 'no-absences' ? 'absences' : plant === 'no-listings' ? 'listings' : undefined,
      }),
    }
    return run
  }

  /** Forgets what a run was told; what it wrote stays shown. */
  forget(run: AheadRun): void {
    this.#open--
    this.#readers.forget(run)
  }

  /** Shows later operations what the run wrote, in place of what an earlier run of the task did. */
  show(run: AheadRun, view: WorkspaceView | undefined): void {
    const changed = view && view.written.size > 0 ? run.ahead.show(view) : run.ahead.hide()
    this.changed(changed, run.key)
  }

  /** What the operation at `key` has written is in the workspace, or is there no longer. */
  changed(paths: ReadonlySet<Path>, key: number): void {
    if (this.#open === 0 || paths.size === 0 || this.#parts.plant === 'no-validation') return
    for (const run of this.#readers.changed(paths, key)) run.suspected()
  }

  /** A program at `key` may have changed everything in these regions. */
  changedBelow(regions: readonly string[], key: number): void {
    if (this.#open === 0 || this.#parts.plant === 'no-validation') return
    for (const run of this.#readers.changedBelow(regions, key)) run.suspected()
  }
}

import type { WritableFiles } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import type { WorkspaceView } from '../vfs/view.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { CompiledClaims } from './claims.ts'
import type { Place, Recalled, RunMemory, Written } from './memory.ts'
import { claimsOfPlace, hasEffectsOutside, isBlind, mayBeCached } from './place.ts'
import type { Outcome } from './report.ts'
import { findDifference, type Look, lookAtClaimed, type TracedFiles, traceReads } from './trace-reads.ts'

/** What a call gives when it was not made: what is known of it stands. */
export class Replay {
  readonly recalled: Recalled

  constructor(recalled: Recalled) {
    this.recalled = recalled
  }
}

/** What an operation left behind besides its outcome. */
export type Left = Pick<Recalled, 'written' | 'looks'>

/** One call of an operation with a memory. */
export interface RememberedCall {
  /** Gives a `Replay` when something is known that holds in `view`, what it wrote written there; otherwise calls. */
  call(view: () => WritableFiles, call: () => unknown): unknown
  /** Files that note what is looked at. */
  trace(files: WritableFiles): WritableFiles
  /** What the call has left, asked when it has ended; `view` holds what it wrote. Undefined for nothing. */
  left(view: WorkspaceView | undefined): Left | undefined
  /** What the outcome of a call that was made says of where it might have come from. */
  known(): Pick<Outcome, 'cache'> | undefined
}

interface CallPlace {
  readonly claims: CompiledClaims
  readonly workspace: Workspace
}

/** Prepares one call. */
export function rememberCall(memory: RunMemory, place: Place, where: CallPlace): RememberedCall {
  return new OneCall(memory, place, where)
}

const none: readonly Written[] = []

// A class, for there is one of them an operation: closures would each cost more than the call.
class OneCall implements RememberedCall {
  readonly #memory: RunMemory
  readonly #place: Place
  readonly #where: CallPlace
  #traced: TracedFiles | undefined
  #claimed: readonly Look[] | undefined
  #outside: readonly Written[] = none

  constructor(memory: RunMemory, place: Place, where: CallPlace) {
    this.#memory = memory
    this.#place = place
    this.#where = where
  }

  call(view: () => WritableFiles, call: () => unknown): unknown {
    const known = this.#memory.recall(this.#place)
    if (known) return this.#replay(known, view()).then((found) => found ?? this.#run(call))
    return this.#run(call)
  }

  trace(files: WritableFiles): WritableFiles {
    if (isBlind(this.#place)) return files
    this.#traced = traceReads(files, mayBeCached(this.#place))
    return this.#traced.files
  }

  left(view: WorkspaceView | undefined): Left | undefined {
    const own = view && view.written.size > 0 ? writtenIn(view) : none
    const looks = this.#claimed ?? this.#traced?.looks()
    if (!looks && own === none && this.#outside === none) return undefined
    return { written: this.#outside === none ? own : [...this.#outside, ...own], looks }
  }

  known(): Pick<Outcome, 'cache'> | undefined {
    const cache = this.#memory.cacheUse(this.#place)
    return cache && { cache }
  }

  #run(call: () => unknown): unknown {
    if (hasEffectsOutside(this.#place)) return this.#runOutside(call)
    return this.#memory.wantsClaimed(this.#place) ? this.#lookAtClaimed().then(call) : call()
  }

  async #runOutside(call: () => unknown): Promise<unknown> {
    await this.#memory.starting(this.#place)
    const { workspace, claims } = this.#where
    if (this.#memory.wantsClaimed(this.#place)) await this.#lookAtClaimed()
    try {
      return await call()
    } finally {
      this.#outside = await afterProcess(workspace, claims)
    }
  }

  async #lookAtClaimed(): Promise<void> {
    this.#claimed = await lookAtClaimed(this.#where.workspace, claimsOfPlace(this.#place).reads ?? [])
  }

  async #replay(first: Recalled, view: WritableFiles): Promise<Replay | undefined> {
    for (let known: Recalled | undefined = first; known; known = known.otherwise) {
      const different = await findDifference(known.looks ?? [], view, known.excuses)
      if (different === undefined) {
        // What a program left is there whether it failed or not; what others write is published when they are done.
        await writeAgain(known.written, hasEffectsOutside(this.#place) ? this.#where.workspace : view)
        return new Replay(known)
      }
      this.#memory.missed(this.#place, different)
    }
    return undefined
  }
}

/** What a view holds of its own, folders before what is in them; ends the writing to it. */
export function writtenIn(view: WorkspaceView): readonly Written[] {
  const cells = view.close()
  return [...view.written].sort().map((path): Written => {
    const cell = cells.get(path)
    if (!cell || cell.type === 'removed') return { path, type: 'removed', isFolder: false, bytes: null }
    const type = view.absent.has(path) ? 'added' : 'changed'
    return { path, type, isFolder: cell.type === 'folder', bytes: cell.type === 'file' ? cell.bytes : null }
  })
}

/** Brings recorded writes into a view; whatever stands in the way gives way, as it did then. */
export async function writeAgain(written: readonly Written[], view: WritableFiles): Promise<void> {
  for (const { path, type, isFolder, bytes } of written) {
    if (type === 'removed') {
      await view.remove(path)
      continue
    }
    const found = (await view.stat(path))?.type
    if (found !== undefined && (found === 'directory') !== isFolder) await view.remove(path)
    if (isFolder) await view.makeFolder(path)
    else await view.write(path, bytes!)
  }
}

/**
 * What a process has left of what was put on the disk for it, under what it claims to write: a crash would take that back. Looked at
 * when it has ended, for whoever looks before takes what was there for what must stay.
 */
async function afterProcess(workspace: Workspace, claims: CompiledClaims): Promise<readonly Written[]> {
  if (claims.regions.writes.length === 0) return none
  const paths = workspace
    .diff()
    .map(({ path }) => path)
    .filter((path) => claims.allow('write', path))
  return paths.length === 0 ? none : Promise.all(paths.map((path) => stateOf(workspace, path)))
}

async function stateOf(files: WritableFiles, path: Path): Promise<Written> {
  const found = await files.stat(path)
  if (!found) return { path, type: 'removed', isFolder: false, bytes: null }
  const isFolder = found.type === 'directory'
  return { path, type: 'changed', isFolder, bytes: isFolder ? null : await files.read(path) }
}

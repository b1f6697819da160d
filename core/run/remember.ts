import type { WritableFiles } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import type { WorkspaceView } from '../vfs/view.ts'
import type { Workspace } from '../vfs/workspace.ts'
import type { CompiledClaims } from './claims.ts'
import type { Place, Recalled, RunMemory, Written } from './memory.ts'
import { hasEffectsOutside } from './place.ts'
import { findDifference, type Look, traceReads } from './trace-reads.ts'

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
  /** What the call has left; asked when it is done, before its writes are published. */
  left(view: WorkspaceView | undefined): Promise<Left>
}

/** Prepares one call; undefined without a memory. */
export function rememberCall(
  memory: RunMemory | undefined,
  place: Place,
  { claims, workspace }: { readonly claims: CompiledClaims; readonly workspace: Workspace },
): RememberedCall | undefined {
  if (!memory) return undefined
  const isOutside = hasEffectsOutside(place)
  let looks: (() => readonly Look[]) | undefined
  let hasRun = false

  async function replay(first: Recalled, view: WritableFiles): Promise<Replay | undefined> {
    for (let known: Recalled | undefined = first; known; known = known.otherwise) {
      const different = await findDifference(known.looks ?? [], view, known.excuses)
      if (different === undefined) {
        await writeAgain(known.written, view)
        return new Replay(known)
      }
      memory!.missed(place, different)
    }
    return undefined
  }

  async function callOutside(call: () => unknown): Promise<unknown> {
    await memory!.starting(place)
    // A process looks at the disk: what earlier operations wrote must be there.
    await workspace.flush()
    hasRun = true
    return call()
  }

  return {
    call(view, call) {
      const known = memory.recall(place)
      const run = isOutside ? () => callOutside(call) : call
      return known ? replay(known, view()).then((found) => found ?? run()) : run()
    },
    trace(files) {
      if (isOutside) return files
      const traced = traceReads(files)
      looks = traced.looks
      return traced.files
    },
    async left(view) {
      const own = view && view.written.size > 0 ? await writtenIn(view) : []
      return {
        written: hasRun ? [...(await afterProcess(workspace, claims)), ...own] : own,
        looks: isOutside ? undefined : (looks?.() ?? []),
      }
    },
  }
}

/** What a view holds of its own, folders before what is in them. */
export async function writtenIn(view: WorkspaceView): Promise<readonly Written[]> {
  const written: Written[] = []
  for (const path of [...view.written].sort()) {
    const isNew = view.absent.has(path)
    written.push(await stateOf(view, path, isNew))
  }
  return written
}

async function stateOf(files: WritableFiles, path: Path, isNew: boolean): Promise<Written> {
  const found = await files.stat(path)
  if (!found) return { path, type: 'removed', isFolder: false, bytes: null }
  const isFolder = found.type === 'directory'
  const bytes = isFolder ? null : await files.read(path)
  return { path, type: isNew ? 'added' : 'changed', isFolder, bytes }
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
  const paths = workspace
    .diff()
    .map(({ path }) => path)
    .filter((path) => claims.allow('write', path))
  return Promise.all(paths.map((path) => stateOf(workspace, path, false)))
}

import { compareText } from '../base/diagnostic.ts'
import { isEqual } from './bytes.ts'
import type { ModeFiles } from './disk.ts'
import type { Files, WritableFiles } from './file-system.ts'
import type { Moved } from './first-looks.ts'
import type { Journal, Undo } from './journal.ts'
import { isWritable } from './layer.ts'
import type { Original } from './original.ts'
import { absent, isSame, lookAt } from './original.ts'
import type { Path } from './path.ts'
import { nameOf, parentOf } from './path.ts'
import { type Pending, pendingAt } from './pending.ts'
import { movedOutside, notAFile, readOnly } from './refusals.ts'
import { run } from './steps.ts'
import { originalOf, type Previous, type Step } from './undo.ts'

/** One thing to do to the base, and how to take it back. */
interface Action extends Step {
  apply(files: WritableFiles): Promise<void>
}

/** Where pending changes go. */
export interface Ground {
  readonly base: Files
  readonly journal: Journal
}

/**
 * Puts all pending changes on the base, or none, and gives the undo; undefined when there is nothing to do. Rejects with
 * `CONFLICT` when the base was changed from outside since a changed path was first touched.
 */
export async function putDown(pending: Pending, { base, journal }: Ground): Promise<Undo | undefined> {
  const current = await refuseConflicts(pending, base)
  const actions = await planActions(pending, base, current)
  if (actions.length === 0) return undefined
  if (!isWritable(base)) throw readOnly(base.label, actions[0]!.previous.path)
  const undo = await journal.keep(actions.map(({ previous, after }) => ({ previous, after })))
  try {
    for (const action of actions) await apply(action, base)
  } catch (thrown) {
    await undo.run(base)
    throw thrown
  }
  return undo
}

/** Between the plan and its end somebody may have come first: theirs stays, and ours is taken back. */
async function apply(action: Action, base: WritableFiles): Promise<void> {
  const { path } = action.previous
  const now = await run(lookAt(base, path))
  const first = originalOf(action.previous)
  // Our own state may have been the first to need the folder.
  if (action.after.type === 'folder' && agrees(now, { original: first, wanted: action.after })) return
  if (!isSame(now, first)) throw movedOutside(base.label, [{ path, first, now }])
  await action.apply(base)
}

/** What is at the changed paths now. */
async function refuseConflicts(pending: Pending, base: Files): Promise<ReadonlyMap<Path, Original>> {
  const found = new Map<Path, Original>()
  const moved: Moved[] = []
  for (const [path, original] of pending.before) {
    const now = await run(lookAt(base, path))
    found.set(path, now)
    if (!isSame(now, original) && !agrees(now, { original, wanted: pendingAt(pending, path) })) {
      moved.push({ path, first: original, now })
    }
  }
  if (moved.length > 0) throw movedOutside(base.label, moved)
  return found
}

/** The same change from outside is no conflict. */
function agrees(now: Original, { original, wanted }: { original: Original; wanted: Original }): boolean {
  if (wanted.type === 'folder') return now.type === 'folder' && original.type === 'absent'
  return isSame(now, wanted)
}

/** Removals from the inside out, then folders from the outside in, then files. */
async function planActions(
  pending: Pending,
  base: Files,
  current: ReadonlyMap<Path, Original>,
): Promise<Action[]> {
  const paths = [...pending.before.keys()].sort(compareText)
  const removals: Action[] = []
  const folders: Action[] = []
  const files: Action[] = []
  for (const path of paths) {
    const after = pendingAt(pending, path)
    const previous = await previousAt(path, base, after.type)
    refuseMoved(previous, current.get(path)!, base)
    const isReplaced = previous.type !== 'absent' && previous.type !== after.type
    if (isReplaced) removals.unshift({ previous, after: absent, apply: (base) => base.remove(path) })
    const start: Previous = isReplaced ? { path, type: 'absent' } : previous
    if (after.type === 'folder' && start.type === 'absent') {
      folders.push({ previous: start, after, apply: (base) => base.makeFolder(path) })
    }
    const cell = pending.cells.get(path)
    if (cell?.type === 'file' && !(start.type === 'file' && isEqual(start.bytes, cell.bytes))) {
      const mode = cell.origin === undefined ? undefined : modeAt(base, cell.origin)
      files.push({ previous: start, after, apply: async (base) => writeWith(base, path, { ...cell, mode }) })
    }
  }
  return [...removals, ...folders, ...files]
}

/** What is to come back must be what was compared. */
function refuseMoved(previous: Previous, first: Original, base: Files): void {
  const now = originalOf(previous)
  const isOther = now.type === 'file' ? !isSame(now, first) : now.type !== first.type
  if (isOther && first.type !== 'other') throw movedOutside(base.label, [{ path: previous.path, first, now }])
}

/** What must come back at a path; rejects for what could not be brought back. */
async function previousAt(path: Path, base: Files, wanted: Original['type']): Promise<Previous> {
  const entry = await entryAt(path, base)
  if (!entry) return { path, type: 'absent' }
  if (entry === 'directory') return { path, type: 'folder' }
  if (entry !== 'file' && wanted !== 'other') {
    throw notAFile(
      base.label,
      path,
      entry === 'link' ? 'a link, which is never written through' : 'something special',
    )
  }
  return { path, type: 'file', bytes: await base.read(path), mode: modeAt(base, path) }
}

function modeAt(base: Files, path: Path): number | undefined {
  return 'modeOf' in base ? (base as ModeFiles).modeOf(path) : undefined
}

interface Written {
  readonly bytes: Uint8Array
  readonly mode: number | undefined
}

async function writeWith(base: WritableFiles, path: Path, { bytes, mode }: Written): Promise<void> {
  await base.write(path, bytes)
  if (mode !== undefined && 'setMode' in base) (base as ModeFiles).setMode(path, mode)
}

async function entryAt(path: Path, base: Files): Promise<string | undefined> {
  if (base.sync?.stamps) return base.sync.stamps([path])[0]?.type
  const parent = parentOf(path)
  if (parent !== '' && (await base.stat(parent))?.type !== 'directory') return undefined
  return (await base.list(parent))?.find(({ name }) => name === nameOf(path))?.type
}

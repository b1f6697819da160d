import { compareText } from '../base/diagnostic.ts'
import { isEqual } from './bytes.ts'
import type { Cells } from './cells.ts'
import type { ModeFiles } from './disk.ts'
import type { Files, WritableFiles } from './file-system.ts'
import type { Journal, Previous, Undo } from './journal.ts'
import { isWritable } from './layer.ts'
import type { Original } from './original.ts'
import { absent, fileWith, isSame, lookAt } from './original.ts'
import type { Path } from './path.ts'
import { nameOf, parentOf } from './path.ts'
import { notAFile, readOnly, refusal } from './refusals.ts'
import { run } from './steps.ts'

/** What lies above the base: the cells, and what each covered path was when it was first touched. */
export interface Pending {
  readonly cells: Cells
  readonly before: ReadonlyMap<Path, Original>
}

/** One thing to do to the base, and how to take it back. */
interface Action {
  readonly previous: Previous
  apply(files: WritableFiles): Promise<void>
}

/** What is at a path after the pending changes. */
export function pendingAt({ cells, before }: Pending, path: Path): Original {
  const cell = cells.get(path)
  if (cell?.type === 'file') return fileWith(cell.bytes)
  if (cell?.type === 'folder') return { type: 'folder', mark: '' }
  const unchanged = !cell && cells.seesBelow(parentOf(path))
  return unchanged ? (before.get(path) ?? absent) : absent
}

/**
 * Puts all pending changes on the base, or none, and gives the undo; undefined when there is nothing to do. Rejects with
 * `CONFLICT` when the base was changed from outside since a changed path was first touched.
 */
export async function putDown(pending: Pending, base: Files, journal: Journal): Promise<Undo | undefined> {
  await refuseConflicts(pending, base)
  const actions = await planActions(pending, base)
  if (actions.length === 0) return undefined
  if (!isWritable(base)) throw readOnly(base.label, actions[0]!.previous.path)
  const undo = await journal.keep(actions.map(({ previous }) => previous))
  try {
    for (const action of actions) await action.apply(base)
  } catch (thrown) {
    await undo.run(base)
    throw thrown
  }
  return undo
}

async function refuseConflicts(pending: Pending, base: Files): Promise<void> {
  const changed: Path[] = []
  for (const [path, original] of pending.before) {
    const current = await run(lookAt(base, path))
    if (isSame(current, original)) continue
    const wanted = pendingAt(pending, path)
    const agrees =
      wanted.type === 'folder'
        ? current.type === 'folder' && original.type === 'absent'
        : isSame(current, wanted)
    if (!agrees) changed.push(path)
  }
  if (changed.length === 0) return
  const names = changed.sort(compareText).map((path) => `"${base.label}${path}"`)
  const message = `Changed from outside since it was first touched here: ${names.join(', ')}. Nothing was written.`
  throw refusal('CONFLICT', message, 'Look at both versions, then run again or discard these changes.')
}

/** Removals from the inside out, then folders from the outside in, then files. */
async function planActions(pending: Pending, base: Files): Promise<Action[]> {
  const paths = [...pending.before.keys()].sort(compareText)
  const removals: Action[] = []
  const folders: Action[] = []
  const files: Action[] = []
  for (const path of paths) {
    const wanted = pendingAt(pending, path).type
    const previous = await previousAt(path, base, wanted)
    const isReplaced = previous.type !== 'absent' && previous.type !== wanted
    if (isReplaced) removals.unshift({ previous, apply: (base) => base.remove(path) })
    const start: Previous = isReplaced ? { path, type: 'absent' } : previous
    if (wanted === 'folder' && start.type === 'absent') {
      folders.push({ previous: start, apply: (base) => base.makeFolder(path) })
    }
    const cell = pending.cells.get(path)
    if (cell?.type === 'file' && !(start.type === 'file' && isEqual(start.bytes, cell.bytes))) {
      files.push({ previous: start, apply: (base) => base.write(path, cell.bytes) })
    }
  }
  return [...removals, ...folders, ...files]
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
  const mode = 'modeOf' in base ? (base as ModeFiles).modeOf(path) : undefined
  return { path, type: 'file', bytes: await base.read(path), mode }
}

async function entryAt(path: Path, base: Files): Promise<string | undefined> {
  const parent = parentOf(path)
  if (parent !== '' && (await base.stat(parent))?.type !== 'directory') return undefined
  return (await base.list(parent))?.find(({ name }) => name === nameOf(path))?.type
}

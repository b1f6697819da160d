import type { Diagnostic } from '../base/diagnostic.ts'
import type { Linked } from '../load/graph.ts'
import type { Module } from '../module/module.ts'
import type { Reference } from '../module/reference.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Resolution } from '../resolve/trail.ts'
import type { Path } from '../vfs/path.ts'
import type { PlannedEdit } from './edit.ts'
import type { Moves } from './moves.ts'
import { isAsGood } from './proof.ts'
import { findSlot } from './slot.ts'
import { ask, createEdit, type World, writeAnew } from './writing.ts'

/** What has to be rewritten in one file so that all that resolved goes on to do so. */
export interface RenamePlan {
  readonly edits: readonly PlannedEdit[]
  /** References for which no spelling was found: with them the rename must not happen. */
  readonly left: readonly Diagnostic[]
}

export interface RenamePlanning {
  /** The layers as they are. */
  readonly layers: readonly Layer[]
  /** The layers as they will be, files moved and nothing rewritten yet. */
  readonly world: World
  readonly moves: Moves
  /** Moved modules by their new path, as they read there: its kind of file may decide what is a reference. */
  readonly moved: ReadonlyMap<string, Module>
}

/** A reference that would no longer lead where it led. */
export interface Affected {
  readonly index: number
  /** The reference by the form that it has at its file's new place. */
  readonly reference: Reference
  readonly to: string
}

/** The references of one file that must be written anew, in order of place. */
export function findAffected({ module, resolutions }: Linked, planning: RenamePlanning): Affected[] {
  const { world, moves, moved } = planning
  const from = moves.pathOf(module.path) as Path
  const forms = new Map(moved.get(from)?.references.map(({ offset, form }) => [offset, form]))
  const affected: Affected[] = []
  for (const [index, was] of resolutions.entries()) {
    if (was.to === null) continue
    const written = module.references[index]!
    const reference = { ...written, form: forms.get(written.offset) ?? written.form }
    const to = moves.pathOf(was.to)
    const now = ask(world, from, reference)
    if (now.to !== to || !isAsGood(was, now)) affected.push({ index, reference, to })
  }
  return affected
}

/** Plans how the affected references of one file are written; `text` undefined for a file that cannot be edited. */
export function planRename(
  linked: Linked,
  { affected, text }: { readonly affected: readonly Affected[]; readonly text: string | undefined },
  planning: RenamePlanning,
): RenamePlan {
  const edits: PlannedEdit[] = []
  const left: Diagnostic[] = []
  for (const one of affected) {
    const edit = text === undefined ? undefined : rewrite(linked, { ...one, text }, planning)
    if (edit) edits.push(edit)
    else left.push(unspeakable(linked.module, one.reference, one.to))
  }
  return { edits, left }
}

/** What a rename says of a reference that cannot be made to name what it named. */
export function unspeakable(module: Module, { text, line, column }: Reference, to: string): Diagnostic {
  return {
    code: 'RENAME_REFERENCE',
    severity: 'error',
    message: `"${text}" cannot be written so that it names ${to === '' ? 'the root' : to}.`,
    hint: 'Change this reference first, or choose another name.',
    at: { path: module.id, line, column },
  }
}

function rewrite(
  { module, resolutions }: Linked,
  { index, reference, to, text }: Affected & { readonly text: string },
  { layers, world, moves }: RenamePlanning,
): PlannedEdit | undefined {
  const was = resolutions[index]!
  const slot = findSlot(text, reference)
  if (!slot || slot.path === '') return undefined
  const wish = {
    from: moves.pathOf(module.path) as Path,
    reference,
    slot,
    was: { layers, from: module.path, to: was.to, rung: was.rung },
    to,
    faithful: true,
    accepts: (now: Resolution) => isAsGood(was, now),
  }
  const written = writeAnew(world, wish)
  if (!written) return undefined
  const how = { path: module.id, code: 'RENAMED', confidence: 1, replacement: written.replacement }
  return createEdit(wish, index, how)
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Linked } from '../load/linked.ts'
import type { Module } from '../module/module.ts'
import { decodePercent, type Form, type Reference } from '../module/reference.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Resolution } from '../resolve/trail.ts'
import { parentOf, type Path } from '../vfs/path.ts'
import type { PlannedEdit } from './edit.ts'
import type { Moves } from './moves.ts'
import { isAsGood } from './proof.ts'
import { denote } from './shape.ts'
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
  /** True for a relative link or import that leads nowhere: it must not come to name another file by accident. */
  readonly isDead: boolean
}

/** The references of one file that must be written anew, in order of place. */
export function findAffected({ module, resolutions }: Linked, planning: RenamePlanning): Affected[] {
  const { world, moves, moved } = planning
  const from = moves.pathOf(module.path) as Path
  const forms = new Map(moved.get(from)?.references.map(({ offset, form }) => [offset, form]))
  const affected: Affected[] = []
  for (const [index, was] of resolutions.entries()) {
    const written = module.references[index]!
    const reference = { ...written, form: forms.get(written.offset) ?? written.form }
    const isDead = was.to === null
    const named = isDead ? placeOfDead(written, was, module.path) : was.to
    if (named === undefined || (isDead && from === module.path)) continue
    const to = moves.pathOf(named)
    const now = isDead ? was : ask(world, from, reference)
    const stays = isDead ? denote(parentOf(from), pathOf(written)) === to : leadsTo(to, was)(now)
    // One that is still right may be longer than it would be written here, or right by another rung by accident.
    const isSeenAnew = from !== module.path && isRelative(written) && (isDead || was.rung === 'relative')
    const isByAccident = to !== named && now.rung !== was.rung
    if (!stays || isSeenAnew || isByAccident) affected.push({ index, reference, to, isDead })
  }
  return affected
}

function isRelative({ form, target }: Reference): boolean {
  if (target === '' || /^[@/]/.test(target)) return false
  return isFromFile(form) || /^\.\.?(?:\/|$)/.test(target)
}

/** Links and imports point at one place; what stands in other forms is looked for in several. */
function isFromFile(form: Form): boolean {
  return form === 'link' || form === 'image' || form === 'import'
}

/** Where a relative link or import points although nothing is there; undefined for what points nowhere for certain. */
function placeOfDead(
  reference: Reference,
  { status, class: kind }: Resolution,
  from: Path,
): string | undefined {
  const isDead = status === 'missing' || status === 'outside'
  if (!isDead || kind === 'example' || !isFromFile(reference.form) || !isRelative(reference)) return undefined
  return denote(parentOf(from), pathOf(reference))
}

function pathOf({ form, target }: Reference): string {
  return form === 'link' || form === 'image' ? decodePercent(target) : target
}

function leadsTo(to: string, was: Resolution): (now: Resolution) => boolean {
  return (now) => now.to === to && isAsGood(was, now)
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
    if (edit && edit.shown.before !== edit.shown.after) edits.push(edit)
    else if (edit) continue
    else if (!one.isDead) left.push(unspeakable(linked.module, one.reference, one.to))
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
  { index, reference, to, isDead, text }: Affected & { readonly text: string },
  { layers, world, moves }: RenamePlanning,
): PlannedEdit | undefined {
  const was = resolutions[index]!
  const slot = findSlot(text, reference)
  if (!slot || slot.path === '') return undefined
  const from = moves.pathOf(module.path) as Path
  const leads = leadsTo(to, was)
  const wish = {
    from,
    reference,
    slot,
    was: isDead
      ? {
          layers,
          from: module.path,
          to: placeOfDead(reference, was, module.path) ?? null,
          rung: 'relative' as const,
        }
      : { layers, from: module.path, to: was.to, rung: was.rung },
    to,
    faithful: true,
    accepts: (now: Resolution, path: string) =>
      isDead ? denote(parentOf(from), path) === to && (now.to === null || now.to === to) : leads(now),
  }
  const written = writeAnew(world, wish)
  if (!written) return undefined
  const how = { path: module.id, code: 'RENAMED', confidence: 1, replacement: written.replacement }
  return { ...createEdit(wish, index, how), to: isDead ? null : to }
}

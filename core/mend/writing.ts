import type { Library } from '../load/library.ts'
import type { Form, Reference } from '../module/reference.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Asked } from '../resolve/resolver.ts'
import type { Resolution } from '../resolve/trail.ts'
import type { Path } from '../vfs/path.ts'
import type { PlannedEdit, ReferenceEdit } from './edit.ts'
import { respell, type Goal, type Writing } from './respell.ts'
import type { Slot } from './slot.ts'

/** The layers in which a reference must resolve once it is written anew. */
export interface World {
  readonly layers: readonly Layer[]
  readonly library: Library
  /** The absolute folder of the project. */
  readonly folder: string | null
}

/** How a reference led somewhere. */
export interface Was {
  readonly layers: readonly Layer[]
  readonly from: Path
  readonly to: string | null
  readonly rung: Resolution['rung']
}

/** What has to be written: where, and what it must name. */
export interface Wish {
  /** The file that the reference will stand in. */
  readonly from: Path
  readonly reference: Reference
  readonly slot: Slot
  /** What the reference named before, and how it was found. */
  readonly was: Was
  readonly to: string
  readonly faithful: boolean
  /** True when a path that got this answer will do. */
  accepts(resolution: Resolution, path: string): boolean
}

/** The first spelling that resolves as wished for; undefined when none does. */
export function writeAnew(world: World, wish: Wish): { replacement: string } | undefined {
  const { reference, slot, from } = wish
  const goal = goalOf(world, from, wish.to)
  for (const path of respell(writingOf(world, wish), goal)) {
    const replacement = slot.write(path)
    if (path === '' || /[\r\n]/.test(replacement)) continue
    const form = formOf(reference, slot, path)
    const resolution = ask(world, from, { form, target: slot.targetOf(path) })
    if (wish.accepts(resolution, path)) return { replacement }
  }
  return undefined
}

/** How a reference would end if it stood in the file `from`. */
export function ask({ layers, library }: World, from: Path, { form, target }: Asked): Resolution {
  return library.resolveAs({ form, target }, { layer: layers[0]!, path: from })
}

/** The edit of one reference. */
export function createEdit(
  { slot, reference, to }: Pick<Wish, 'slot' | 'reference' | 'to'>,
  index: number,
  how: Pick<ReferenceEdit, 'path' | 'code' | 'confidence'> & { readonly replacement: string },
): PlannedEdit {
  const { text, offset, line, column } = reference
  const { path, code, confidence, replacement } = how
  const after = text.slice(0, slot.start - offset) + replacement + text.slice(slot.end - offset)
  return {
    shown: { path, line, column, before: text, after, code, confidence },
    index,
    start: slot.start,
    end: slot.end,
    replacement,
    to,
  }
}

function goalOf({ layers, folder }: Pick<World, 'layers' | 'folder'>, from: Path, to: string): Goal {
  const project = layers[0]!
  const layer = layers.find(({ label }) => label !== '' && to.startsWith(label)) ?? project
  // What leads nowhere may be no path that the gate would let through; it is only written, never opened.
  const path = to.slice(layer.label.length) as Path
  return {
    from,
    layer,
    to: path,
    isFolder: layer.tree.typeOf(path) === 'directory',
    isOwn: layer === project,
    folder,
  }
}

function writingOf({ folder }: World, { reference, slot, was, faithful }: Wish): Writing {
  return {
    form: reference.form,
    path: slot.path,
    isDestination: slot.isDestination,
    rung: was.rung,
    goal: was.to === null ? null : goalOf({ layers: was.layers, folder }, was.from, was.to),
    faithful,
  }
}

/** In a destination an alias that becomes a path becomes a link with it. */
function formOf({ form }: Reference, slot: Slot, path: string): Form {
  return form === 'alias' && slot.isDestination && !path.startsWith('@') ? 'link' : form
}

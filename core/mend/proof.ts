import type { Linked } from '../load/linked.ts'
import type { Resolution } from '../resolve/trail.ts'
import { type PlannedEdit, shiftAt } from './edit.ts'

/** What an edited file is held against. */
export interface Claim {
  readonly before: Linked
  readonly edits: readonly PlannedEdit[]
  /** What a reference that is not edited must name afterwards; null when nobody minds. */
  expected(resolution: Resolution): string | null
}

/**
 * Indexes of the references, in order, that are not afterwards what was claimed: written as planned at their place, and
 * naming what they must.
 */
export function findBroken({ before, edits, expected }: Claim, after: Linked): number[] {
  const places = new Map(after.module.references.map((reference, index) => [reference.offset, index]))
  const planned = new Map(edits.map((edit) => [edit.index, edit]))
  const broken: number[] = []
  for (const [index, reference] of before.module.references.entries()) {
    const edit = planned.get(index)
    const was = before.resolutions[index]!
    const wanted = edit ? edit.to : expected(was)
    if (wanted === null) continue
    const at = places.get(reference.offset + shiftAt(edits, reference.offset))
    const now = at === undefined ? undefined : after.resolutions[at]
    const isAsWritten =
      at !== undefined && after.module.references[at]!.text === (edit?.shown.after ?? reference.text)
    if (!now || !isAsWritten || now.to !== wanted || !isAsGood(was, now)) broken.push(index)
  }
  return broken
}

/** True when a file holds as many references as before, and those that led nowhere do so for the same reason. */
export function isUndisturbed({ before, edits }: Claim, after: Linked): boolean {
  if (after.module.references.length !== before.module.references.length) return false
  const planned = new Set(edits.map(({ index }) => index))
  return before.resolutions.every(
    ({ status, to }, index) =>
      planned.has(index) ||
      (after.resolutions[index]!.status === status && after.resolutions[index]!.to === to),
  )
}

/** True when the new answer is the ladder's own, or no worse than the old one was. */
export function isAsGood(was: Resolution, now: Resolution): boolean {
  return now.status === 'resolved' || (was.status === 'searched' && now.status === 'searched')
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Linked } from '../load/linked.ts'
import { findingOf } from '../resolve/findings.ts'
import type { Resolution } from '../resolve/trail.ts'
import type { Answers } from './answer.ts'
import type { PlannedEdit } from './edit.ts'
import { findSlot } from './slot.ts'
import { createEdit, type World, writeAnew } from './writing.ts'

/** What can be done for one file. */
export interface FilePlan {
  readonly edits: readonly PlannedEdit[]
  /** Findings about its references that stay. */
  readonly left: readonly Diagnostic[]
}

export interface FixPlanning {
  readonly world: World
  readonly answers: Answers
  /** The least confidence at which a reference is rewritten. */
  readonly confidence: number
}

/** Plans the repair of the references of one file; `text` undefined for a file that cannot be edited. */
export function planFix(linked: Linked, text: string | undefined, planning: FixPlanning): FilePlan {
  const edits: PlannedEdit[] = []
  const left: Diagnostic[] = []
  for (const [index, reference] of linked.module.references.entries()) {
    const finding = findingOf(reference, linked.resolutions[index]!, linked.module.id)
    if (!finding) continue
    const edit =
      text === undefined ? undefined : planEdit({ linked, text, index, code: finding.code }, planning)
    if (edit) edits.push(edit)
    else left.push(finding)
  }
  return { edits, left }
}

interface Broken {
  readonly linked: Linked
  readonly text: string
  readonly index: number
  readonly code: string
}

function planEdit({ linked, text, index, code }: Broken, planning: FixPlanning): PlannedEdit | undefined {
  const { module, resolutions } = linked
  const reference = module.references[index]!
  const resolution = resolutions[index]!
  const slot = findSlot(text, reference)
  const answer = slot && planning.answers({ reference, path: slot.path, resolution, from: module.path })
  if (!answer || answer.confidence < planning.confidence) return undefined
  const wish = {
    from: module.path,
    reference,
    slot,
    was: { layers: planning.world.layers, from: module.path, to: resolution.to, rung: resolution.rung },
    to: answer.to,
    faithful: false,
    accepts: ({ status, to }: Resolution) => status === 'resolved' && to === answer.to,
  }
  const written = writeAnew(planning.world, wish)
  if (!written) return undefined
  return createEdit(wish, index, {
    path: module.id,
    code,
    confidence: answer.confidence,
    replacement: written.replacement,
  })
}

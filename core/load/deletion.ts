import { compareText } from '../base/diagnostic.ts'
import { mustExist } from '../resolve/findings.ts'
import type { Resolution, ResolutionStatus, Suggestion } from '../resolve/trail.ts'
import type { Linked } from './linked.ts'
import { findOrphans, type Reached } from './orphans.ts'

/** A reference that a deletion would take its file from. */
export interface BrokenReference {
  readonly from: string
  readonly line: number
  readonly column: number
  readonly text: string
  /** What it finds now. */
  readonly to: string
  /** What it would find then: nothing, or another file. */
  readonly then: {
    readonly status: ResolutionStatus | null
    readonly to: string | null
    readonly suggestion: Suggestion | null
  }
}

/** What would break if some files were deleted. */
export interface Deletion {
  /** Every file that would be gone, those in the folders named included. */
  readonly deleted: readonly string[]
  /** References in what would be left that must exist and would find nothing, or something else. */
  readonly broken: readonly BrokenReference[]
  /** The same for what is only mentioned; these break nothing. */
  readonly mentions: readonly BrokenReference[]
  /** Modules that nothing would refer to any more. */
  readonly orphans: readonly string[]
}

/** The modules there are, and how their references would be answered. */
export interface Deleting {
  readonly linked: readonly Linked[]
  readonly deleted: readonly string[]
  relink(linked: Linked): Linked
}

/** Compares the answers to all references with those that they would get without the files. */
export function findBroken({ linked, deleted, relink }: Deleting): Deletion {
  const gone = new Set(deleted)
  const left = linked.filter(({ module }) => !gone.has(module.id)).map((now) => ({ now, after: relink(now) }))
  const changed = left.flatMap(changesOf)
  const before = new Set(findOrphans(linked.map(asReached)).map(({ id }) => id))
  const after = findOrphans(left.map(({ after }) => asReached(after)))
  return {
    deleted: deleted.toSorted(compareText),
    broken: changed.filter(({ graded }) => graded).map(({ broken }) => broken),
    mentions: changed.filter(({ graded }) => !graded).map(({ broken }) => broken),
    orphans: after
      .map(({ id }) => id)
      .filter((id) => !before.has(id))
      .toSorted(compareText),
  }
}

function changesOf({
  now,
  after,
}: {
  now: Linked
  after: Linked
}): { broken: BrokenReference; graded: boolean }[] {
  return now.module.references.flatMap((reference, index) => {
    const answer = now.resolutions[index]!
    const answerThen = after.resolutions[index]!
    if (answer.to === null || answer.to === answerThen.to) return []
    const { line, column, text } = reference
    const place = { from: now.module.id, line, column, text, to: answer.to }
    // oxlint-disable-next-line no-thenable -- a key of the printed data, and no function
    return [{ broken: { ...place, then: answerOf(answerThen) }, graded: mustExist(reference, answer) }]
  })
}

function answerOf({ status, to, suggestion }: Resolution): BrokenReference['then'] {
  return { status, to, suggestion }
}

function asReached({ module, resolutions }: Linked): Reached {
  const { id, homePath, layer, kind, entry } = module
  const refersTo = resolutions.flatMap(({ to }) => (to === null || to === id ? [] : [to]))
  return { id, inHome: homePath !== null && layer === 'project', kind, entry, refersTo }
}

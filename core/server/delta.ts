import type { Diagnostic } from '../base/diagnostic.ts'
import type { CheckReport } from '../load/check.ts'
import type { Graph, GraphModule, GraphReference } from '../load/graph.ts'

/** Everything that a page shows of one generation. */
export interface Snapshot {
  readonly graph: Graph
  readonly report: CheckReport
}

/** What turns the snapshot of one generation into that of a later one. */
export interface Delta {
  /** The generation that it leads on from: for any other it is of no use. */
  readonly since: number
  /** New modules, and those that are told differently now. */
  readonly modules: readonly GraphModule[]
  readonly removed: readonly string[]
  /** All references of each module that has other ones now, or that they end differently; an empty list when it has none any more. */
  readonly references: readonly (readonly [string, readonly GraphReference[]])[]
  /** All findings at each path that has other ones now; those that stand nowhere are at the path "". */
  readonly diagnostics: readonly (readonly [string, readonly Diagnostic[]])[]
  /** Left out when they are the same. */
  readonly cycles?: Graph['cycles']
  readonly report: Omit<CheckReport, 'diagnostics'>
}

/** What is different in the later of two snapshots. */
export function deltaBetween(before: Snapshot, after: Snapshot, since: number): Delta {
  const [old, now] = [before.graph, after.graph]
  const { diagnostics, ...report } = after.report
  const modules = byKey(stretchOf(old.modules, now.modules, idOf), idOf)
  const references = byKey(stretchOf(old.references, now.references, fromOf), fromOf)
  const findings = byKey(stretchOf(before.report.diagnostics, diagnostics, pathOf), pathOf)
  return {
    since,
    modules: differing(modules).flatMap(([, list]) => list),
    removed: [...modules.before.keys()].filter((id) => !modules.after.has(id)),
    references: differing(references),
    diagnostics: differing(findings),
    ...(!isSame(old.cycles, now.cycles) && { cycles: now.cycles }),
    report,
  }
}

type KeyOf<T> = (one: T) => string

const idOf: KeyOf<GraphModule> = ({ id }) => id
const fromOf: KeyOf<GraphReference> = ({ from }) => from
const pathOf: KeyOf<Diagnostic> = ({ at }) => at?.path ?? ''

/** Two states of something. */
interface Pair<T> {
  readonly before: T
  readonly after: T
}

/**
 * The part of two lists outside which they hold the very same objects; what has one key, and stands together, is in it whole or not at
 * all. Comparing objects without looking into them is nearly free, and an edit leaves nearly all of them as they are.
 */
function stretchOf<T>(before: readonly T[], after: readonly T[], keyOf: KeyOf<T>): Pair<readonly T[]> {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let rest = 0
  while (rest < shorter - start && before[before.length - 1 - rest] === after[after.length - 1 - rest]) rest++
  if (start === before.length && start === after.length) return { before: [], after: [] }
  const isOf = (list: readonly T[], index: number, key: string): boolean =>
    index >= 0 && index < list.length && keyOf(list[index]!) === key
  const goesOn = (key: string, at: number, other: number): boolean =>
    isOf(before, at, key) || isOf(after, other, key)
  while (start > 0 && goesOn(keyOf(after[start - 1]!), start, start)) start--
  while (
    rest > 0 &&
    goesOn(keyOf(after[after.length - rest]!), before.length - rest - 1, after.length - rest - 1)
  )
    rest--
  return {
    before: before.slice(start, before.length - rest),
    after: after.slice(start, after.length - rest),
  }
}

function byKey<T>({ before, after }: Pair<readonly T[]>, keyOf: KeyOf<T>): Pair<Map<string, T[]>> {
  return { before: groupBy(before, keyOf), after: groupBy(after, keyOf) }
}

function differing<T extends object>({
  before,
  after,
}: Pair<ReadonlyMap<string, readonly T[]>>): (readonly [string, readonly T[]])[] {
  const changed = [...after].filter(([key, list]) => !isSameList(list, before.get(key)))
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => [key, []] as const)
  return [...changed, ...gone]
}

/** What did not change is mostly the very same object. */
function isSameList<T extends object>(list: readonly T[], other: readonly T[] | undefined): boolean {
  return list.length === other?.length && list.every((one, index) => isSame(one, other[index]))
}

function isSame(one: object, other: object | undefined): boolean {
  return (
    one === other ||
    (other !== undefined && (isAlike(one, other) || JSON.stringify(one) === JSON.stringify(other)))
  )
}

/** Most of what was made anew holds the very same values: writing thousands of them out would cost more than all the rest. */
function isAlike(one: object, other: object): boolean {
  const [own, theirs] = [one, other] as Record<string, unknown>[]
  for (const key in own) if (own[key] !== theirs![key]) return false
  return Object.keys(own!).length === Object.keys(theirs!).length
}

function groupBy<T>(list: readonly T[], keyOf: KeyOf<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}

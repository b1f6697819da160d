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

/** A snapshot by the names that its parts go by. */
export interface Indexed {
  readonly modules: ReadonlyMap<string, GraphModule>
  readonly references: ReadonlyMap<string, readonly GraphReference[]>
  readonly diagnostics: ReadonlyMap<string, readonly Diagnostic[]>
  readonly cycles: Graph['cycles']
  readonly report: Omit<CheckReport, 'diagnostics'>
}

/** The index of a snapshot. */
export function indexSnapshot({ graph, report: { diagnostics, ...report } }: Snapshot): Indexed {
  return {
    modules: new Map(graph.modules.map((module) => [module.id, module])),
    references: groupBy(graph.references, ({ from }) => from),
    diagnostics: groupBy(diagnostics, ({ at }) => at?.path ?? ''),
    cycles: graph.cycles,
    report,
  }
}

/** What is different in the later of two snapshots. */
export function deltaBetween(before: Indexed, after: Indexed, since: number): Delta {
  return {
    since,
    modules: [...after.modules.values()].filter((module) => !isSame(module, before.modules.get(module.id))),
    removed: [...before.modules.keys()].filter((id) => !after.modules.has(id)),
    references: differing(before.references, after.references),
    diagnostics: differing(before.diagnostics, after.diagnostics),
    ...(!isSame(before.cycles, after.cycles) && { cycles: after.cycles }),
    report: after.report,
  }
}

function differing<T extends object>(
  before: ReadonlyMap<string, readonly T[]>,
  after: ReadonlyMap<string, readonly T[]>,
): (readonly [string, readonly T[]])[] {
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

function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}

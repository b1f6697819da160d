import type { Delta, Snapshot } from '../delta.ts'
import type { CheckReport, Diagnostic, Graph } from './api.ts'

export type GraphModule = Graph['modules'][number]
export type GraphReference = Graph['references'][number]

/** What is shown, as of one generation; never changed, only replaced. */
export interface Shown {
  readonly generation: number
  readonly modules: ReadonlyMap<string, GraphModule>
  /** References by the module that holds them. */
  readonly outgoing: ReadonlyMap<string, readonly GraphReference[]>
  /** The same, by what they lead to. */
  readonly incoming: ReadonlyMap<string, readonly GraphReference[]>
  /** Findings by path; those that stand nowhere are at "". */
  readonly diagnostics: ReadonlyMap<string, readonly Diagnostic[]>
  readonly cycles: Graph['cycles']
  readonly report: Omit<CheckReport, 'diagnostics'>
}

/** What a snapshot shows. */
export function showSnapshot({ graph, report }: Snapshot, generation: number): Shown {
  const { diagnostics, ...totals } = report
  const outgoing = new Map<string, GraphReference[]>()
  const incoming = new Map<string, GraphReference[]>()
  for (const reference of graph.references) {
    put(outgoing, reference.from, reference)
    if (reference.to !== null) put(incoming, reference.to, reference)
  }
  const byPath = new Map<string, Diagnostic[]>()
  for (const diagnostic of diagnostics) put(byPath, diagnostic.at?.path ?? '', diagnostic)
  const modules = new Map(graph.modules.map((module) => [module.id, module]))
  return {
    generation,
    modules,
    outgoing,
    incoming,
    diagnostics: byPath,
    cycles: graph.cycles,
    report: totals,
  }
}

/** What a delta makes of it; undefined when the delta leads on from another generation, and everything must be asked for. */
export function applyDelta(shown: Shown, delta: Delta, generation: number): Shown | undefined {
  if (delta.since !== shown.generation) return undefined
  const modules = new Map(shown.modules)
  for (const id of delta.removed) modules.delete(id)
  for (const module of delta.modules) modules.set(module.id, module)
  return {
    generation,
    modules: delta.modules.some(({ id }) => !shown.modules.has(id)) ? inOrder(modules) : modules,
    ...applyReferences(shown, delta.references),
    diagnostics: replaced(shown.diagnostics, delta.diagnostics),
    cycles: delta.cycles ?? shown.cycles,
    report: delta.report,
  }
}

function applyReferences(
  { outgoing, incoming }: Shown,
  changes: Delta['references'],
): Pick<Shown, 'outgoing' | 'incoming'> {
  if (changes.length === 0) return { outgoing, incoming }
  const from = new Set(changes.map(([id]) => id))
  const rows = new Map<string, GraphReference[]>()
  for (const id of from)
    for (const { to } of outgoing.get(id) ?? [])
      if (to !== null && !rows.has(to))
        rows.set(
          to,
          (incoming.get(to) ?? []).filter((one) => !from.has(one.from)),
        )
  for (const [, references] of changes)
    for (const reference of references) {
      const { to } = reference
      if (to === null) continue
      if (!rows.has(to))
        rows.set(
          to,
          (incoming.get(to) ?? []).filter((one) => !from.has(one.from)),
        )
      rows.get(to)!.push(reference)
    }
  for (const list of rows.values()) list.sort(compareReferences)
  return { outgoing: replaced(outgoing, changes), incoming: replaced(incoming, [...rows]) }
}

/** A map with other lists at some keys; an empty list takes the key out. */
function replaced<T>(
  map: ReadonlyMap<string, readonly T[]>,
  changes: readonly (readonly [string, readonly T[]])[],
): ReadonlyMap<string, readonly T[]> {
  if (changes.length === 0) return map
  const next = new Map(map)
  for (const [key, list] of changes)
    if (list.length === 0) next.delete(key)
    else next.set(key, list)
  return next
}

function compareReferences(a: GraphReference, b: GraphReference): number {
  return a.from < b.from ? -1 : a.from > b.from ? 1 : a.line - b.line || a.column - b.column
}

function inOrder(modules: ReadonlyMap<string, GraphModule>): Map<string, GraphModule> {
  return new Map([...modules].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** True for a reference that names something that must be there and is not found, or leaves the roots. */
export function isBroken({ class: kind, status, form }: GraphReference): boolean {
  if (form === 'mention' || (kind !== 'module' && kind !== 'file')) return false
  return status === 'missing' || status === 'ambiguous' || status === 'outside'
}

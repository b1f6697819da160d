import { fail } from '../base/diagnostic.ts'
import type { Graph } from '../load/graph.ts'

/** The part of a graph that lies at most `depth` references away from a module, in either direction. Throws NOT_FOUND. */
export function graphAround(graph: Graph, id: string, depth: number): Graph {
  if (!graph.modules.some((module) => module.id === id))
    fail('NOT_FOUND', `There is no module "${id}" in the graph.`, 'Ask for the list of modules.')
  const near = new Set([id])
  for (let step = 0; step < depth; step++) for (const next of neighboursOf(graph, near)) near.add(next)
  return {
    modules: graph.modules.filter((module) => near.has(module.id)),
    references: graph.references.filter(
      ({ from, to }) => near.has(from) && (to === null || near.has(to) || from === id),
    ),
    cycles: graph.cycles.filter((cycle) => cycle.some((member) => near.has(member))),
  }
}

function neighboursOf({ references }: Graph, near: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  for (const { from, to, form } of references) {
    if (to === null || form === 'mention') continue
    if (near.has(from)) found.add(to)
    if (near.has(to)) found.add(from)
  }
  return found
}

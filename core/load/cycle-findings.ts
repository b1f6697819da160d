import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card, Edge } from './card.ts'

/** Longer cycles are shown by their beginning; the graph has them whole. */
const shown = 8

type Edges = ReadonlyMap<string, readonly Edge[]>

/** A finding for each group of modules that need each other, at the reference that closes the shortest way round. */
export function describeCycles(
  cycles: readonly (readonly string[])[],
  cards: readonly Pick<Card, 'id' | 'needs'>[],
  imports: Edges,
): Diagnostic[] {
  if (cycles.length === 0) return []
  const members = new Set(cycles.flat())
  const edges = new Map<string, readonly Edge[]>()
  for (const { id, needs } of cards)
    if (members.has(id)) edges.set(id, [...needs, ...(imports.get(id) ?? [])])
  return cycles.map((cycle) => cycleFound(cycle, edges))
}

function cycleFound(members: readonly string[], edges: Edges): Diagnostic {
  const round = shortestRound(members, edges)
  const last = round.at(-1)!
  const closing = edges.get(last)?.find(({ to }) => to === round[0])
  const rest = round.length > shown ? [`${round.length - shown} more`] : []
  const way = [...round.slice(0, shown), ...rest, round[0]].join(' → ')
  return {
    code: 'REFERENCE_CYCLE',
    severity: 'warning',
    message:
      members.length === round.length
        ? `Modules need each other: ${way}.`
        : `${members.length} modules need each other; the shortest way round is ${way}.`,
    hint: 'Remove one of the references, or make it a link.',
    at: { path: last, line: closing?.line ?? 1, column: closing?.column ?? 1 },
  }
}

/** The fewest modules that lead from the first member back to it; every member lies on some way round. */
function shortestRound(members: readonly string[], edges: Edges): readonly string[] {
  const first = members[0]!
  const inside = new Set(members)
  const from = new Map<string, string | null>([[first, null]])
  const open = [first]
  for (const id of open) {
    for (const { to } of edges.get(id) ?? []) {
      if (to === first) return wayTo(id, from)
      if (!inside.has(to) || from.has(to)) continue
      from.set(to, id)
      open.push(to)
    }
  }
  return members
}

function wayTo(id: string, from: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = []
  for (let at: string | null | undefined = id; at; at = from.get(at)) way.push(at)
  return way.reverse()
}

import type { Diagnostic } from '../base/diagnostic.ts'
import { findCycles } from '../base/order.ts'
import type { Card, Edge } from './card.ts'
import { needsById } from './graph.ts'

/** Longer cycles are shown by their beginning; the graph has them whole. */
const shown = 8

/** A finding for each group of modules that need each other, at the reference that closes the shortest way round. */
export function findModuleCycles(cards: readonly Card[]): Diagnostic[] {
  const cycles = findCycles(needsById(cards))
  if (cycles.length === 0) return []
  const needs = new Map(cards.map((card) => [card.id, card.needs]))
  return cycles.map((members) => cycleFound(members, needs))
}

type Needs = ReadonlyMap<string, readonly Edge[]>

function cycleFound(members: readonly string[], needs: Needs): Diagnostic {
  const round = shortestRound(members, needs)
  const closing = needs.get(round.at(-1)!)?.find(({ to }) => to === round[0])
  const way = [...round.slice(0, shown), ...(round.length > shown ? [`${round.length - shown} more`] : [])]
  const path = [...way, round[0]].join(' → ')
  return {
    code: 'REFERENCE_CYCLE',
    severity: 'warning',
    message:
      members.length === round.length
        ? `Modules need each other: ${path}.`
        : `${members.length} modules need each other; the shortest way round is ${path}.`,
    hint: 'Remove one of the references, or make it a link.',
    at: { path: round.at(-1)!, line: closing?.line ?? 1, column: closing?.column ?? 1 },
  }
}

/** The fewest modules that lead from the first member back to it; every member lies on some way round. */
function shortestRound([first, ...others]: readonly string[], needs: Needs): string[] {
  const from = new Map<string, string | null>([[first!, null]])
  const inside = new Set(others)
  const open = [first!]
  for (const id of open) {
    for (const { to } of needs.get(id) ?? []) {
      if (to === first) return wayTo(id, from)
      if (!inside.has(to) || from.has(to)) continue
      from.set(to, id)
      open.push(to)
    }
  }
  return [first!, ...others]
}

function wayTo(id: string, from: ReadonlyMap<string, string | null>): string[] {
  const way = [id]
  for (let at = from.get(id); at; at = from.get(at)) way.push(at)
  return way.reverse()
}

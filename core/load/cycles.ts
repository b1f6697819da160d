import { compareText, type Diagnostic } from '../base/diagnostic.ts'
import { findComponents, type NumberedEdges } from '../base/order.ts'
import type { Numbered } from './numbered.ts'

/** Longer cycles are shown by their beginning; the graph has them whole. */
const shown = 8

/** A finding for each group of modules that need each other, at the reference that closes the shortest way round. */
export function findModuleCycles({ cards, needs }: Numbered): Diagnostic[] {
  return findComponents(needs).map((members) => {
    const idOf = (number: number): string => cards[number]!.id
    const first = members.reduce((a, b) => (compareText(idOf(a), idOf(b)) <= 0 ? a : b))
    const round = shortestRound(first, new Set(members), needs)
    const last = round.at(-1)!
    const closing = cards[last]!.needs[edgeTo(last, first, needs)]!
    return {
      code: 'REFERENCE_CYCLE',
      severity: 'warning',
      message: messageFor(members.length, round.map(idOf)),
      hint: 'Remove one of the references, or make it a link.',
      at: { path: idOf(last), line: closing.line, column: closing.column },
    }
  })
}

function messageFor(members: number, round: readonly string[]): string {
  const rest = round.length > shown ? [`${round.length - shown} more`] : []
  const way = [...round.slice(0, shown), ...rest, round[0]].join(' → ')
  return members === round.length
    ? `Modules need each other: ${way}.`
    : `${members} modules need each other; the shortest way round is ${way}.`
}

/** The fewest modules that lead from the first back to it; every member of a component lies on some way round. */
function shortestRound(
  first: number,
  inside: ReadonlySet<number>,
  { starts, targets }: NumberedEdges,
): number[] {
  const from = new Map<number, number>([[first, -1]])
  const open = [first]
  for (const node of open) {
    for (let at = starts[node]!; at < starts[node + 1]!; at++) {
      const to = targets[at]!
      if (to === first) return wayTo(node, from)
      if (!inside.has(to) || from.has(to)) continue
      from.set(to, node)
      open.push(to)
    }
  }
  return open
}

function wayTo(node: number, from: ReadonlyMap<number, number>): number[] {
  const way: number[] = []
  for (let at = node; at >= 0; at = from.get(at)!) way.push(at)
  return way.reverse()
}

/** Which edge of a node leads to another. */
function edgeTo(node: number, to: number, { starts, targets }: NumberedEdges): number {
  return targets.subarray(starts[node], starts[node + 1]).indexOf(to)
}

import type { Card, Edge } from './card.ts'

/** The position of each card by its id. */
export function numbersOf(cards: readonly Pick<Card, 'id'>[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (let number = 0; number < cards.length; number++) numbers.set(cards[number]!.id, number)
  return numbers
}

/** An edge between two cards by their numbers. */
export interface NumberedEdge {
  readonly from: number
  readonly to: number
  readonly edge: Edge
}

/** The edges of one kind of all cards, in order; those that lead to no other card are left out. */
export function* numberedEdges<C extends Pick<Card, 'id'>>(
  cards: readonly C[],
  numbers: ReadonlyMap<string, number>,
  edgesOf: (card: C) => readonly Edge[],
): Iterable<NumberedEdge> {
  for (let from = 0; from < cards.length; from++) {
    for (const edge of edgesOf(cards[from]!)) {
      const to = numbers.get(edge.to)
      if (to !== undefined && to !== from) yield { from, to, edge }
    }
  }
}

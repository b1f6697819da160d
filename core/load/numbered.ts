import type { NumberedEdges } from '../base/order.ts'
import type { Card, Edge } from './card.ts'

/** Cards by their position, and the edges between them as numbers: looking at all of them then compares no names. */
export interface Numbered {
  readonly cards: readonly Card[]
  readonly numbers: ReadonlyMap<string, number>
  /** In step with `needs` of each card; -1 for what has no card. */
  readonly needs: NumberedEdges
  /** In step with `provides` of each card. */
  readonly provides: NumberedEdges
}

/** The cards numbered in their order. Linear in cards and edges. */
export function numberCards(cards: readonly Card[]): Numbered {
  const numbers = numbersOf(cards)
  return {
    cards,
    numbers,
    needs: numberEdges(cards, numbers, (card) => card.needs),
    provides: numberEdges(cards, numbers, (card) => card.provides),
  }
}

/** The position of each card by its id. */
export function numbersOf(cards: readonly Pick<Card, 'id'>[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (let number = 0; number < cards.length; number++) numbers.set(cards[number]!.id, number)
  return numbers
}

function numberEdges(
  cards: readonly Card[],
  numbers: ReadonlyMap<string, number>,
  edgesOf: (card: Card) => readonly Edge[],
): NumberedEdges {
  let count = 0
  for (const card of cards) count += edgesOf(card).length
  const starts = new Int32Array(cards.length + 1)
  const targets = new Int32Array(count)
  let at = 0
  for (let number = 0; number < cards.length; number++) {
    for (const { to } of edgesOf(cards[number]!)) targets[at++] = numbers.get(to) ?? -1
    starts[number + 1] = at
  }
  return { starts, targets }
}

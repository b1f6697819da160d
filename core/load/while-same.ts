import { isDeepStrictEqual } from 'node:util'
import type { Card } from './card.ts'

/** What was found, and the cards that it was found of. */
export interface FoundBefore<C, T> {
  readonly cards: readonly C[]
  readonly found: T
}

/**
 * `find`, asked again only when a card came, went, or says something else under one of the keys: until then what it gave last is
 * given. It sees no other keys, so that what it gives can depend on nothing else. `last` is what was found of some cards before.
 */
export function whileSame<K extends keyof Card, T>(
  keys: readonly K[],
  find: (cards: readonly Pick<Card, K>[]) => T,
  last?: FoundBefore<Pick<Card, K>, T>,
): (cards: readonly Pick<Card, K>[]) => T {
  const isSame = (a: Pick<Card, K>, b: Pick<Card, K>): boolean =>
    keys.every((key) => a[key] === b[key] || isDeepStrictEqual(a[key], b[key]))
  return (cards) => {
    const before = last?.cards
    let isKnown = before?.length === cards.length
    // Nearly all are the very same, which is seen soonest without a call for each.
    for (let at = 0; isKnown && at < cards.length; at++)
      if (cards[at] !== before![at]) isKnown = isSame(cards[at]!, before![at]!)
    last = { cards, found: isKnown ? last!.found : find(cards) }
    return last.found
  }
}

import { findCycles } from '../base/order.ts'
import type { Card } from './card.ts'

/** Cycles among cards, found again only when some module needs something else than before. */
export interface Cycles {
  /** What the module needs now; undefined when it is gone. */
  note(id: string, card: Card | undefined): void
  /** Each as a path of ids that leads back to its first. */
  find(): readonly (readonly string[])[]
}

/** No modules yet. */
export function createCycles(): Cycles {
  const needs = new Map<string, readonly string[]>()
  let found: readonly (readonly string[])[] | undefined = []
  return {
    note(id, card) {
      const now = card ? [...new Set(card.needs.map(({ to }) => to))] : []
      const before = needs.get(id) ?? []
      if (now.length === before.length && now.every((to, index) => to === before[index])) return
      if (now.length > 0) needs.set(id, now)
      else needs.delete(id)
      found = undefined
    },
    find: () => (found ??= findCycles(needs)),
  }
}

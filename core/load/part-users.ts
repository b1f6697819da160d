import type { Card } from './card.ts'

/** Which modules refer to parts of which others, kept while their cards come and go. */
export interface PartUsers {
  add(card: Card): void
  remove(card: Card): void
  /** Ids of the modules that refer to a part of the module with this id. */
  of(id: string): Iterable<string>
}

/** Of no cards yet. */
export function createPartUsers(): PartUsers {
  const users = new Map<string, Set<string>>()
  return {
    add({ id, uses }) {
      for (const { to } of uses) {
        const known = users.get(to)
        if (known) known.add(id)
        else users.set(to, new Set([id]))
      }
    },
    remove({ id, uses }) {
      for (const { to } of uses) {
        const known = users.get(to)
        if (known?.delete(id) && known.size === 0) users.delete(to)
      }
    },
    of: (id) => users.get(id) ?? [],
  }
}

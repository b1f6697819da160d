import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card, Edge } from './card.ts'

const shown = 5

/**
 * A finding for each list of `depends_on` or `provides_to` with modules in it that have the other list and do not name this
 * one there. Entry points are not expected to be named; a reference that leads nowhere counts when its file name fits.
 */
export function findOneSided(cards: readonly Card[]): Diagnostic[] {
  const sides = new Map<string, Sides>()
  for (const card of cards) {
    const needs = targetsOf(card.needs.filter(({ through }) => through === 'depends_on'))
    const provides = targetsOf(card.provides)
    if (needs.size > 0 || provides.size > 0) sides.set(card.id, { card, needs, provides })
  }
  return [...sides].flatMap(([id, { card, needs, provides }]) => {
    if (card.entry) return []
    const isSilent = (side: 'needs' | 'provides') => (edge: Edge) =>
      isSilentAbout(id, sides.get(edge.to), side)
    return [
      ...oneSided(id, 'depends_on', [...needs.values()].filter(isSilent('provides'))),
      ...oneSided(id, 'provides_to', [...provides.values()].filter(isSilent('needs'))),
    ]
  })
}

/** Whom a module names on either side, each with the first place where it does. */
interface Sides {
  readonly card: Card
  readonly needs: ReadonlyMap<string, Edge>
  readonly provides: ReadonlyMap<string, Edge>
}

function targetsOf(edges: readonly Edge[]): Map<string, Edge> {
  const targets = new Map<string, Edge>()
  for (const edge of edges) if (!targets.has(edge.to)) targets.set(edge.to, edge)
  return targets
}

/** True for a list that is there and does not name the module. */
function isSilentAbout(id: string, other: Sides | undefined, side: 'needs' | 'provides'): boolean {
  if (!other || other.card.entry || other.card.id === id) return false
  if (other[side].size === 0 || other[side].has(id)) return false
  return !other.card.lost.includes(id.slice(id.lastIndexOf('/') + 1))
}

function oneSided(id: string, through: 'depends_on' | 'provides_to', edges: readonly Edge[]): Diagnostic[] {
  const [first] = edges
  if (!first) return []
  const answer = through === 'depends_on' ? 'provides_to' : 'depends_on'
  const names = edges.map(({ to }) => to)
  const rest = names.length - shown
  return [
    {
      code: 'ONE_SIDED',
      severity: 'info',
      message: `Listed in ${through}, without this module in their own ${answer}: ${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
      hint: `Add ${id} to their ${answer}, or take them out of ${through}.`,
      candidates: names,
      at: { path: id, line: first.line, column: first.column },
    },
  ]
}

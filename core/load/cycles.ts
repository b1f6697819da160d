import { findCycles } from '../base/order.ts'
import type { Edge } from './card.ts'
import { importsOf, type Linking } from './expansion.ts'

/** Finds modules that need each other, each cycle as a path of ids that leads back to its first. */
export type CycleFinder = (cards: readonly Linking[]) => readonly (readonly string[])[]

const fewEdges = 16

type Needs = ReadonlyMap<string, readonly string[]>

/** A finder that looks again only when some module needs something else than when it looked last. */
export function createCycleFinder(): CycleFinder {
  let known: Needs = new Map()
  let found: readonly (readonly string[])[] = []
  return (cards) => {
    const needs = needsOf(cards)
    if (!isSame(needs, known)) found = findCycles(needs)
    known = needs
    return found
  }
}

/** What each module needs among markdown files, in order of place and without repetition. */
function needsOf(cards: readonly Linking[]): Needs {
  const needs = new Map<string, readonly string[]>()
  for (const card of cards) if (card.needs.length > 0) needs.set(card.id, targetsOf(card.needs))
  // A document that is imported is read in its place, so what looks like a mention in it is an import too.
  for (const [id, edges] of importsOf(cards)) {
    const targets = new Set([...(needs.get(id) ?? []), ...targetsOf(edges)])
    if (targets.size > 0) needs.set(id, [...targets])
  }
  return needs
}

function targetsOf(edges: readonly Edge[]): readonly string[] {
  // Nearly all modules have few, and looking through these is quicker than a set.
  if (edges.length > fewEdges) return [...new Set(edges.map(({ to }) => to))]
  const targets: string[] = []
  for (const { to } of edges) if (!targets.includes(to)) targets.push(to)
  return targets
}

function isSame(a: Needs, b: Needs): boolean {
  if (a.size !== b.size) return false
  for (const [id, one] of a) {
    const other = b.get(id)
    if (!other || one.length !== other.length || one.some((to, index) => to !== other[index])) return false
  }
  return true
}

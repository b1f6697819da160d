import { compareText } from '../base/diagnostic.ts'
import { findCycles, topologicalOrder } from '../base/order.ts'
import type { LayerName } from '../module/module.ts'

/** What decides where a source stands in the output. */
export interface Ranked {
  readonly id: string
  readonly layer: LayerName
  /** Ids of the sources that it needs. */
  readonly needs: readonly string[]
}

/**
 * The order in which nothing moves without need: layers that change with an upgrade only come first, then what most of the others
 * need, what is needed before what needs it. It depends on ids and needs alone, never on texts, sizes or the order of files. How
 * many need a source counts in powers of two, so that one more rarely moves it.
 */
export function orderStably<T extends Ranked>(sources: readonly T[]): T[] {
  const rings = ringsOf(sources)
  const ranks = new Map<string, readonly [number, number, number]>()
  const depths = depthsOf(rings)
  const dependants = countDependants(rings)
  const ringOf = new Map(rings.flatMap((ring, index) => ring.members.map((id) => [id, index] as const)))
  for (const { id, layer } of sources) {
    const ring = ringOf.get(id)!
    ranks.set(id, [layerRank[layer], -Math.floor(Math.log2(dependants[ring]! + 1)), depths[ring]!])
  }
  return sources.toSorted((a, b) => {
    const [left, right] = [ranks.get(a.id)!, ranks.get(b.id)!]
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2] || compareText(a.id, b.id)
  })
}

const layerRank: Readonly<Record<LayerName, number>> = { 'built-in': 0, package: 1, user: 2, project: 3 }

/** Sources that need each other, or a single one; `needs` are the numbers of other rings, which all come before. */
interface Ring {
  readonly members: readonly string[]
  readonly needs: readonly number[]
}

function ringsOf(sources: readonly Ranked[]): Ring[] {
  const edges = new Map(sources.map(({ id, needs }) => [id, needs]))
  const nameOf = new Map<string, string>()
  for (const members of findCycles(edges)) for (const id of members) nameOf.set(id, members[0]!)
  const rings = new Map<string, { name: string; members: string[]; after: string[] }>()
  for (const { id, needs } of sources) {
    const name = nameOf.get(id) ?? id
    const ring = rings.get(name) ?? { name, members: [], after: [] }
    ring.members.push(id)
    for (const need of needs) {
      const after = nameOf.get(need) ?? need
      if (after !== name && edges.has(need)) ring.after.push(after)
    }
    rings.set(name, ring)
  }
  const sorted = topologicalOrder([...rings.values()])
  // Rings hold every cycle, so there is none between them.
  const order = 'order' in sorted ? sorted.order : []
  const numbers = new Map(order.map(({ name }, index) => [name, index]))
  return order.map(({ members, after }) => ({
    members,
    needs: [...new Set(after.map((name) => numbers.get(name)!))],
  }))
}

/** The longest way down from each ring. */
function depthsOf(rings: readonly Ring[]): number[] {
  const depths: number[] = []
  for (const { needs } of rings)
    depths.push(needs.reduce((most, need) => Math.max(most, depths[need]! + 1), 0))
  return depths
}

const bits = 31

/** How many sources need each ring, directly or through others: thirty-one rings are followed down at a time. */
function countDependants(rings: readonly Ring[]): number[] {
  const counts = rings.map(({ members }) => members.length - 1)
  for (let from = 0; from < rings.length; from += bits) {
    const masks = new Int32Array(rings.length)
    const last = Math.min(from + bits, rings.length)
    for (let index = last - 1; index >= 0; index--) {
      const own = index >= from ? 1 << (index - from) : 0
      for (const need of rings[index]!.needs) masks[need]! |= masks[index]! | own
      for (let mask = masks[index]!; mask !== 0; mask &= mask - 1)
        counts[index]! += rings[from + 31 - Math.clz32(mask & -mask)]!.members.length
    }
  }
  return counts
}

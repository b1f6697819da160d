import { type Known, type Laid, layOut } from './layout.ts'
import { orderStably } from './order.ts'
import type { Tokenizer } from './tokenizer.ts'
import type { Unit } from './unit.ts'

/** Where a section stands: among what rarely changes, where the budget ended, or among what changes and what was asked for. */
export type Region = 'stable' | 'edge' | 'late'

/** A unit with its place in the output. */
export interface Chosen {
  readonly laid: Laid
  readonly region: Region
}

/** What is written, in order, and what is not. */
export interface Fitted {
  readonly chosen: readonly Chosen[]
  readonly dropped: readonly Unit[]
}

interface Fitting {
  readonly tokenizer: Tokenizer
  readonly room: number
}

/**
 * Chooses what a budget has room for. Units are taken tier by tier: first what was asked for, then by priority, then by how many
 * references they are away. Tiers that fit are written whole, in stable order, and what was asked for last. The first tier that does
 * not fit is filled up in stable order, and stands behind the others, so that whatever grows or shrinks moves only its end.
 */
export function fit(units: readonly Unit[], fitting: Fitting): Fitted {
  const byId = new Map(units.map((unit) => [unit.source.id, unit]))
  const order = orderStably(units.map(({ source }) => source)).map(({ id }) => byId.get(id)!)
  const tiers = tiersOf(order)
  const tierOf = new Map(tiers.flatMap((tier, index) => tier.map((unit) => [unit, index] as const)))
  const upTo = (count: number): Unit[] => order.filter((unit) => tierOf.get(unit)! < count)
  const whole = countWhole(tiers.length, (count) => sizeOf(upTo(count), fitting) <= fitting.room)
  const taken = upTo(whole)
  const known: Known = new Map()
  const stable = taken.filter((unit) => !isLate(unit)).map((unit) => layWhole(unit, known, fitting))
  // Counted with what is known now: what the edge says besides can only make it shorter.
  const late = taken.filter(isLate)
  const needed = sumOf(late, new Map(known), fitting)
  const after = fitting.room - stable.reduce((sum, { size }) => sum + size, 0)
  const left = after - Math.min(inSteps(needed, fitting.room), after)
  const edge = fillUp(tiers[whole] ?? [], known, { ...fitting, left })
  const last = late.map((unit) => layWhole(unit, known, fitting))
  const chosen: Chosen[] = [
    ...stable.map((laid) => ({ laid, region: 'stable' as const })),
    ...edge.map((laid) => ({ laid, region: 'edge' as const })),
    ...last.map((laid) => ({ laid, region: 'late' as const })),
  ]
  const kept = new Set(chosen.map(({ laid }) => laid.unit))
  return { chosen, dropped: order.filter((unit) => !kept.has(unit)) }
}

/** Units that are equally important, the most important first; each tier keeps the stable order. */
function tiersOf(order: readonly Unit[]): Unit[][] {
  const tiers = new Map<string, Unit[]>()
  for (const unit of order) {
    const key = keyOf(unit).join()
    const tier = tiers.get(key)
    if (tier) tier.push(unit)
    else tiers.set(key, [unit])
  }
  return [...tiers.values()].toSorted(([a], [b]) => {
    const [left, right] = [keyOf(a!), keyOf(b!)]
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2]
  })
}

function keyOf({ source }: Unit): readonly [number, number, number] {
  const { asked, priority, hops } = source
  return asked ? [0, -priority, 0] : [1, -priority, hops]
}

function isLate({ source }: Unit): boolean {
  return source.asked || source.isVolatile
}

/** The most tiers that fit: with more of them the whole never gets smaller. */
function countWhole(most: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}

function sizeOf(units: readonly Unit[], fitting: Fitting): number {
  const known: Known = new Map()
  const early = sumOf(
    units.filter((unit) => !isLate(unit)),
    known,
    fitting,
  )
  return early + sumOf(units.filter(isLate), known, fitting)
}

function sumOf(units: readonly Unit[], known: Known, fitting: Fitting): number {
  return units.reduce((sum, unit) => sum + layWhole(unit, known, fitting).size, 0)
}

function layWhole(unit: Unit, known: Known, { tokenizer }: Fitting): Laid {
  return layOut(unit, known, { tokenizer })!
}

const steps = 32

/** A size rounded up, so that an edit to what stands late rarely moves what stands before it. */
function inSteps(size: number, room: number): number {
  return Math.ceil((size * steps) / room) * (room / steps)
}

/** Of several units none takes more than a quarter of the room for all, however long it is. */
const mostShares = 4

function fillUp(
  tier: readonly Unit[],
  known: Known,
  { tokenizer, room, left }: Fitting & { readonly left: number },
): Laid[] {
  const most = room / Math.min(mostShares, tier.length)
  const laid: Laid[] = []
  let free = left
  for (const unit of tier) {
    const one = layOut(unit, known, { tokenizer, room: Math.min(most, free) })
    if (one) laid.push(one)
    if (one) free -= one.size
    const isCut = !one || one.left.length > 0
    // What ended for want of room is the end: scraps of others are of no use.
    if (isCut && (one ? free + one.size : free) <= most) break
  }
  return laid
}

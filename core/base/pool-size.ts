/** How a task went that ran while others waited for its place. */
export interface Observation {
  /** The epoch in which it began. */
  readonly epoch: number
  /** When it ended, in milliseconds from any start. */
  readonly at: number
  readonly ms: number
  /** True when there was too little of something for it: descriptors, memory, calls that a server allows. */
  readonly isRefused: boolean
}

/** What a pool knows of the store behind it. */
export interface PoolState {
  /** How many tasks may be under way. */
  readonly size: number
  /** The same once so many have begun: fewer while it is not known yet whether so many are good. */
  readonly refill: number
  /** Counts the sizes: how long a task took that began under another one says nothing about this one. */
  readonly epoch: number
  /** Never more than this; less than `mostPlaces` after something was refused. */
  readonly ceiling: number
  /** Doubling from the start, or a place in the cycle of probing, draining and cruising. */
  readonly step: 'start' | number
  /** How many tasks began in this epoch, and when the first of them did: what was too many has ended then. */
  readonly begun: number
  readonly since: number
  /** Tasks that ended since then, whenever they began, and those among them that began in this epoch. */
  readonly ended: number
  readonly own: number
  readonly ownMs: number
  /** What earlier sizes gave, the latest last. */
  readonly history: readonly Window[]
}

interface Window {
  readonly size: number
  /** Tasks a millisecond. */
  readonly rate: number
  /** What a task took. */
  readonly ms: number
}

const firstPlaces = 16
const mostPlaces = 256
const fewestTasks = 8
/** Windows that are remembered: what a store could do longer ago may not be so any more. */
const remembered = 24
/** While every place more still pays for most of itself, there is no queue in the store yet. */
const paysAtStart = 0.45
/** More places, or fewer, are better when the best rate rises by this: then it goes on in that direction. */
const better = 1.04
/** A store that gives so much less than its best has changed. */
const muchWorse = 0.6
/** Up to see whether there is more, down to see how fast an idle store is, then as found. */
const gains = [1.25, 0.85, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] as const

/** A pool that has not seen anything yet. */
export const newPool: PoolState = {
  size: firstPlaces,
  refill: firstPlaces,
  epoch: 0,
  ceiling: mostPlaces,
  step: 'start',
  begun: 0,
  since: 0,
  ended: 0,
  own: 0,
  ownMs: 0,
  history: [],
}

/** How many tasks may be under way now. */
export function placesIn({ begun, size, refill }: PoolState): number {
  return begun < size ? size : refill
}

/** The state after a task has begun; what was seen before a pause makes no window with what comes after it. */
export function begin(state: PoolState, at: number, wasIdle = false): PoolState {
  if (wasIdle) return { ...state, epoch: state.epoch + 1, begun: 1, since: at, ended: 0, own: 0, ownMs: 0 }
  if (state.begun > 0) return { ...state, begun: state.begun + 1 }
  return { ...state, begun: 1, since: at, ended: 0 }
}

/**
 * The state after a task has ended. As many places as tasks fit into the store itself are best: the highest rate times the
 * shortest time (Little's law), more only wait in its queue or make it slower. Found as BBR finds the room of a network path:
 * N. Cardwell and others, "BBR: Congestion-Based Congestion Control", ACM Queue 14(5), 2016: doubling while that pays, then
 * probing in a cycle. Windows of many tasks are compared, never single ones. What is refused halves the pool at once.
 */
export function end(state: PoolState, { epoch, at, ms, isRefused }: Observation): PoolState {
  if (isRefused) return epoch === state.epoch ? afterRefusal(state) : state
  const ended = state.ended + 1
  if (epoch !== state.epoch) return { ...state, ended }
  const next = { ...state, ended, own: state.own + 1, ownMs: state.ownMs + ms }
  return next.own < Math.max(state.size, fewestTasks) ? next : afterWindow(next, at)
}

function afterRefusal(state: PoolState): PoolState {
  const ceiling = Math.max(1, Math.floor(state.size * 0.75))
  return resized({ ...state, ceiling, step: 2 }, state.size / 2)
}

function afterWindow(state: PoolState, at: number): PoolState {
  // A store that answers at once would have no rate.
  const rate = state.ended / Math.max(at - state.since, 0.001)
  // The mean leaves out those that take longest, and are still under way; the size leaves out what came in bursts.
  const ms = Math.max(state.ownMs / state.own, state.size / rate)
  const window = { size: state.size, rate, ms }
  const before = state.history.at(-1)
  const best = highest(state.history)
  const known = { ...state, history: [...state.history, window].slice(-remembered) }
  if (state.step === 'start') {
    const pays = state.size < state.ceiling && paysToDouble(before, window)
    return pays ? { ...resized(known, state.size * 2), refill: state.size } : cycle(known, 0)
  }
  // Less than ever before from no more places: it is another store now.
  if (state.step > 1 && rate < best * muchWorse)
    return resized({ ...state, history: [window], step: 1 }, state.size * Math.max(1 / 4, rate / best))
  const isBetter = state.step < 2 && rate > best * better
  return cycle(known, isBetter ? state.step : (state.step + 1) % gains.length)
}

function paysToDouble(before: Window | undefined, { size, rate }: Window): boolean {
  return !before || rate / before.rate - 1 >= paysAtStart * (size / before.size - 1)
}

function cycle(state: PoolState, step: number): PoolState {
  const ceiling = step === 0 ? Math.min(mostPlaces, state.ceiling + 1) : state.ceiling
  const room = roomOf(state.history)
  // A probe looks at more than was tried, also in a pool so small that the gain is less than one place.
  const size = step === 0 ? Math.max(room * gains[0], room + 1) : room * gains[step]!
  return resized({ ...state, ceiling, step }, size)
}

/** How many tasks are under way when the store is as busy as it can be and none of them waits. */
function roomOf(history: readonly Window[]): number {
  return highest(history) * shortest(history)
}

function highest(history: readonly Window[]): number {
  return history.reduce((most, { rate }) => Math.max(most, rate), 0)
}

function shortest(history: readonly Window[]): number {
  return history.reduce((least, { ms }) => Math.min(least, ms), Infinity)
}

function resized(state: PoolState, size: number): PoolState {
  const places = Math.max(1, Math.min(state.ceiling, Math.round(size)))
  return {
    ...state,
    size: places,
    refill: places,
    epoch: state.epoch + 1,
    begun: 0,
    ended: 0,
    own: 0,
    ownMs: 0,
  }
}

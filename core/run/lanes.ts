import { availableParallelism } from 'node:os'
import { begin, end, newPool, placesIn, type PoolState } from '../base/pool-size.ts'
import type { Lane } from './operation.ts'

/** Something that competes for a place: lower `rank` first, among equals lower `order`. */
export interface Queued {
  readonly order: number
  rank: number
  readonly lane: Lane
  /** When it began to hold a place, and in which epoch of its lane. */
  enteredAt: number
  epoch: number
}

/** Bounds how much runs at once in each lane; what waits elsewhere holds no place. */
export interface Lanes<T extends Queued> {
  /** Takes what is ready to start. */
  enqueue(item: T): void
  /** Gives the place of a started item back; `isRefused` when there was too little of something for it. */
  release(item: T, isRefused?: boolean): void
  /** Takes a place for an item that was not queued, whether one is free or not. */
  seize(item: T): void
  /** The next item that may start now, its place taken; undefined when every lane is full or empty. */
  next(): T | undefined
  /** How many may run at once in a lane now. */
  size(lane: Lane): number
}

export type LaneLimits = Readonly<Record<Lane, number>>

export interface LaneOptions {
  /** Limits that somebody has set; other lanes find out how much at once is best, but agents, of which two run. */
  readonly limits: Partial<LaneLimits>
  readonly serial: boolean
  /** Milliseconds from any start. */
  now(): number
}

/** Where a lane begins when nobody says otherwise, and the most that it may come to. */
function defaultPools(): Partial<Record<Lane, PoolState>> {
  const cores = availableParallelism()
  const processes = Math.max(4, cores)
  return {
    io: newPool,
    process: { ...newPool, size: processes, refill: processes, ceiling: 4 * processes },
    network: { ...newPool, size: 8, refill: 8, ceiling: 64 },
  }
}

const agentsAtOnce = 2

/** What arrives in order stands in a row, which is read from `next`; the rest is in a heap. */
interface LaneState<T> {
  used: number
  /** A number that was set, or a pool whose size follows what its operations take. */
  limit: number | PoolState
  row: T[]
  next: number
  readonly heap: T[]
}

/** Lanes of their own limits; in serial order everything shares one place. */
export function createLanes<T extends Queued>({ limits, serial, now }: LaneOptions): Lanes<T> {
  const shared = createLane<T>(1)
  const pools = defaultPools()
  const create = (lane: Lane): LaneState<T> => {
    const limit = limits[lane]
    return serial
      ? shared
      : createLane(limit === undefined ? (pools[lane] ?? agentsAtOnce) : Math.max(1, limit))
  }
  const lanes: Readonly<Record<Lane, LaneState<T>>> = {
    io: create('io'),
    process: create('process'),
    network: create('network'),
    agent: create('agent'),
  }
  const all = serial ? [lanes.io] : Object.values(lanes)

  function enter(lane: LaneState<T>, item: T): void {
    const wasIdle = lane.used++ === 0
    if (typeof lane.limit === 'number') return
    item.enteredAt = now()
    item.epoch = lane.limit.epoch
    lane.limit = begin(lane.limit, item.enteredAt, wasIdle)
  }

  function leave(lane: LaneState<T>, item: T, isRefused: boolean): void {
    lane.used--
    if (typeof lane.limit === 'number') return
    // Where nobody waits the lane is not full, and its size made no difference.
    if (!isRefused && !isCrowded(lane)) return
    const at = now()
    lane.limit = end(lane.limit, { epoch: item.epoch, at, ms: at - item.enteredAt, isRefused })
  }

  return {
    enqueue: (item) => add(lanes[item.lane], item),
    release: (item, isRefused = false) => leave(lanes[item.lane], item, isRefused),
    seize: (item) => enter(lanes[item.lane], item),
    next() {
      for (const lane of all) {
        const item = lane.used < placesOf(lane.limit) ? take(lane) : undefined
        if (!item) continue
        enter(lane, item)
        return item
      }
      return undefined
    },
    size: (lane) => placesOf(lanes[lane].limit),
  }
}

function placesOf(limit: number | PoolState): number {
  return typeof limit === 'number' ? limit : placesIn(limit)
}

function isCrowded<T>({ row, next, heap }: LaneState<T>): boolean {
  return next < row.length || heap.length > 0
}

function isBefore(a: Queued, b: Queued): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.order < b.order)
}

function createLane<T>(limit: number | PoolState): LaneState<T> {
  return { used: 0, limit, row: [], next: 0, heap: [] }
}

function add<T extends Queued>({ row, heap }: LaneState<T>, item: T): void {
  const last = row.at(-1)
  if (!last || isBefore(last, item)) row.push(item)
  else push(heap, item)
}

function take<T extends Queued>(lane: LaneState<T>): T | undefined {
  const inRow = lane.row[lane.next]
  const inHeap = lane.heap[0]
  if (inHeap && !(inRow && isBefore(inRow, inHeap))) return pop(lane.heap)
  if (inRow && ++lane.next === lane.row.length) {
    lane.row = []
    lane.next = 0
  }
  return inRow
}

function push<T extends Queued>(heap: T[], item: T): void {
  let at = heap.push(item) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(item, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = item
}

function pop<T extends Queued>(heap: T[]): T {
  const first = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return first
  let at = 0
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return first
}

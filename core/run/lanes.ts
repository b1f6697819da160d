import { availableParallelism } from 'node:os'
import type { Lane } from './operation.ts'

/** Something that competes for a place: lower `order` first. */
export interface Queued {
  readonly order: number
  readonly lane: Lane
}

/** Bounds how much runs at once in each lane; what waits elsewhere holds no place. */
export interface Lanes<T extends Queued> {
  /** Takes what is ready to start. */
  enqueue(item: T): void
  /** Gives the place of a started item back. */
  release(item: T): void
  /** Takes a place for an item that was not queued, whether one is free or not. */
  seize(item: T): void
  /** The next item that may start now, its place taken; undefined when every lane is full or empty. */
  next(): T | undefined
}

export type LaneLimits = Readonly<Record<Lane, number>>

/** What each lane takes at once when nobody says otherwise. */
export function defaultLimits(): LaneLimits {
  return { io: 16, process: Math.max(4, availableParallelism()), network: 8, agent: 2 }
}

/** What arrives in order stands in a row, which is read from `next`; the rest is in a heap. */
interface LaneState<T> {
  free: number
  row: T[]
  next: number
  readonly heap: T[]
}

/** Lanes of their own limits; in serial order everything shares one place. */
export function createLanes<T extends Queued>(limits: LaneLimits, serial: boolean): Lanes<T> {
  const shared = createLane<T>(1)
  const create = (lane: Lane): LaneState<T> => (serial ? shared : createLane(Math.max(1, limits[lane])))
  const lanes: Readonly<Record<Lane, LaneState<T>>> = {
    io: create('io'),
    process: create('process'),
    network: create('network'),
    agent: create('agent'),
  }
  const all = serial ? [lanes.io] : Object.values(lanes)
  return {
    enqueue: (item) => add(lanes[item.lane], item),
    release: (item) => void lanes[item.lane].free++,
    seize: (item) => void lanes[item.lane].free--,
    next() {
      for (const lane of all) {
        const item = lane.free > 0 ? take(lane) : undefined
        if (!item) continue
        lane.free--
        return item
      }
      return undefined
    },
  }
}

function createLane<T>(free: number): LaneState<T> {
  return { free, row: [], next: 0, heap: [] }
}

function add<T extends Queued>({ row, heap }: LaneState<T>, item: T): void {
  const last = row.at(-1)
  if (!last || last.order < item.order) row.push(item)
  else push(heap, item)
}

function take<T extends Queued>(lane: LaneState<T>): T | undefined {
  const inRow = lane.row[lane.next]
  const inHeap = lane.heap[0]
  if (inHeap && !(inRow && inRow.order < inHeap.order)) return pop(lane.heap)
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
    if (heap[parent]!.order <= item.order) break
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
    if (child + 1 < heap.length && heap[child + 1]!.order < heap[child]!.order) child++
    if (heap[child]!.order >= last.order) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return first
}

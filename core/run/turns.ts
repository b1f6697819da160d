import type { Regions } from './claims.ts'

/**
 * A place in the serial order. It is free when every earlier place that it conflicts with is over; it is over when its
 * work is settled *and* it was free, so that whoever waits for it has waited for those before it too.
 */
export interface Turn {
  /** Earlier turns that are not over yet. */
  waiting: number
  settled: boolean
  over: boolean
  /** Milliseconds of the longest chain of turns up to the end of this one. */
  chainMs: number
  followers: Turn[] | undefined
  /** Called once with the owner, when the turn is free and its work is not settled yet. */
  readonly free: ((owner: unknown) => void) | undefined
  readonly owner: unknown
  /** The owner of the last turn that it had to wait for; undefined when that stood for several. */
  behind: unknown
}

/** Finds for each turn, given in serial order, the earlier ones that it must wait for. */
export interface TurnOrder {
  /** True when nothing has to be waited for. */
  admit(turn: Turn, regions: Regions): boolean
}

/** A new turn of somebody; one without an owner is over as soon as everything before it is. */
export function createTurn<T>(owner?: T, free?: (owner: T) => void): Turn {
  return {
    waiting: 0,
    settled: free === undefined,
    over: false,
    chainMs: 0,
    followers: undefined,
    free: free as Turn['free'],
    owner,
    behind: undefined,
  }
}

/** Ends the work of a turn, and frees those that have waited for it and for nothing else. */
export function settleTurn(turn: Turn): void {
  turn.settled = true
  if (turn.waiting === 0) passOn([turn])
}

/** A list instead of recursion: chains are as long as plans. */
function passOn(ended: Turn[]): void {
  for (let turn = ended.pop(); turn; turn = ended.pop()) {
    turn.over = true
    for (const follower of turn.followers ?? []) {
      follower.chainMs = Math.max(follower.chainMs, turn.chainMs)
      if (--follower.waiting > 0) continue
      if (follower.settled) ended.push(follower)
      else follower.free!(follower.owner)
    }
    turn.followers = undefined
  }
}

/** What is known about one path: its last writer, who has read it since, and what lies below. */
interface Spot {
  writer: Turn | undefined
  readers: Turn[]
  below: Map<string, Spot> | undefined
  /** Counts the writers placed below; `gathered` stands for all of them as long as its count is right. */
  placed: number
  gathered: { readonly turn: Turn; readonly placed: number } | undefined
}

/**
 * An order over paths. Only the last writer of each path and the readers since are kept: a writer takes the place of all
 * that it waits for, so a plan of n operations costs about n, not n² comparisons.
 */
export function createTurnOrder(): TurnOrder {
  const root = createSpot()
  return {
    admit(turn, { reads, writes }) {
      for (const path of reads) waitToRead(turn, wayTo(root, path))
      for (const path of writes) waitToWrite(turn, wayTo(root, path))
      for (const path of reads) wayTo(root, path).at(-1)!.readers.push(turn)
      for (const path of writes) placeWriter(turn, wayTo(root, path))
      return turn.waiting === 0
    },
  }
}

function createSpot(): Spot {
  return { writer: undefined, readers: [], below: undefined, placed: 0, gathered: undefined }
}

function wayTo(root: Spot, path: string): Spot[] {
  const way = [root]
  if (path === '') return way
  let spot = root
  for (const name of path.split('/')) {
    spot.below ??= new Map()
    let next = spot.below.get(name)
    if (!next) spot.below.set(name, (next = createSpot()))
    way.push((spot = next))
  }
  return way
}

function waitToRead(turn: Turn, way: readonly Spot[]): void {
  for (const { writer } of way) follow(turn, writer)
  const spot = way.at(-1)!
  if (!spot.below) return
  if (spot.gathered?.placed !== spot.placed) {
    const all = createTurn()
    everySpotBelow(spot, ({ writer }) => follow(all, writer))
    all.over = all.waiting === 0
    spot.gathered = { turn: all, placed: spot.placed }
  }
  follow(turn, spot.gathered.turn)
}

function waitToWrite(turn: Turn, way: readonly Spot[]): void {
  for (const spot of way) waitForAll(turn, spot)
  everySpotBelow(way.at(-1)!, (spot) => waitForAll(turn, spot))
}

function waitForAll(turn: Turn, spot: Spot): void {
  follow(turn, spot.writer)
  if (spot.readers.length > 1) {
    const all = createTurn()
    for (const reader of spot.readers) follow(all, reader)
    all.over = all.waiting === 0
    spot.readers = [all]
  }
  follow(turn, spot.readers[0])
}

function placeWriter(turn: Turn, way: readonly Spot[]): void {
  for (const spot of way) spot.placed++
  const spot = way.at(-1)!
  spot.writer = turn
  spot.readers = []
  spot.below = undefined
}

function everySpotBelow(start: Spot, visit: (spot: Spot) => void): void {
  const open = [...(start.below?.values() ?? [])]
  for (let spot = open.pop(); spot; spot = open.pop()) {
    visit(spot)
    if (spot.below) open.push(...spot.below.values())
  }
}

function follow(turn: Turn, earlier: Turn | undefined): void {
  if (!earlier || earlier === turn || earlier.over) return
  earlier.followers ??= []
  if (earlier.followers.at(-1) === turn) return
  earlier.followers.push(turn)
  turn.behind = earlier.owner
  turn.waiting++
}

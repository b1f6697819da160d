import type { Regions } from './claims.ts'

/** Where an operation stands in a plan, for those that come after it. */
export interface Position {
  readonly index: number
  /** How many steps must have been done before it can end, itself included. */
  readonly level: number
  /** When it ends at the earliest, in milliseconds, were there places for all. */
  readonly endMs: number
}

/** What an operation has to wait for. */
export interface Conflicts {
  /** Earlier operations that touch the same, the last first; of many only that one and some others. */
  readonly nearest: readonly number[]
  /** The latest of them by level and by end. */
  readonly before: Latest
}

/** The operation of the highest level, the one that ends last, and the one that stands last in serial order. */
export interface Latest {
  readonly deepest: Position | undefined
  readonly last: Position | undefined
  readonly newest: Position | undefined
}

/** Finds, for operations placed in serial order, the earlier ones whose claims meet theirs. */
export interface ConflictFinder {
  find(regions: Regions): Conflicts
  place(position: Position, regions: Regions): void
}

/** More are not named: a folder that is read after a thousand writes conflicts with each of them. */
export const mostNamed = 8

/** One path: its last writer, who has read it since, and the latest of all that touch it or something below. */
interface Spot {
  writer: Position | undefined
  readers: Position[]
  below: Map<string, Spot> | undefined
  writes: Latest
  reads: Latest
  /** The latest of the readers of this very path. */
  ownReads: Latest
}

const nobody: Latest = { deepest: undefined, last: undefined, newest: undefined }

/** A finder with nothing placed; a plan of n operations costs about n, not n² comparisons. */
export function createConflictFinder(): ConflictFinder {
  const root = createSpot()
  return {
    find({ reads, writes }) {
      const met = new Meeting()
      for (const path of reads) meetWriters(met, root, path)
      for (const path of writes) {
        meetWriters(met, root, path)
        meetReaders(met, root, path)
      }
      return { nearest: met.nearest(), before: met.latest }
    },
    place(position, { reads, writes }) {
      for (const path of reads) {
        const way = wayTo(root, path)
        const spot = way.at(-1)!
        spot.readers.push(position)
        spot.ownReads = later(spot.ownReads, position)
        for (const spot of way) spot.reads = later(spot.reads, position)
      }
      for (const path of writes) {
        const way = wayTo(root, path)
        for (const spot of way) spot.writes = later(spot.writes, position)
        // Whoever comes now has this one to wait for, which has waited for the others.
        Object.assign(way.at(-1)!, {
          writer: position,
          readers: [],
          ownReads: nobody,
          below: undefined,
        })
      }
    },
  }
}

class Meeting {
  latest: Latest = nobody
  readonly #found = new Set<number>()

  /** Takes somebody who must be waited for; gives false when enough are known by name. */
  add(position: Position | undefined): boolean {
    if (position) {
      this.latest = later(this.latest, position)
      this.#found.add(position.index)
    }
    return this.#found.size < mostNamed * 4
  }

  takeLatest({ deepest, last, newest }: Latest): void {
    for (const each of [deepest, last, newest]) if (each) this.latest = later(this.latest, each)
    if (newest) this.#found.add(newest.index)
  }

  nearest(): readonly number[] {
    return [...this.#found].toSorted((a, b) => b - a).slice(0, mostNamed)
  }
}

function meetWriters(met: Meeting, root: Spot, path: string): void {
  const way = wayTo(root, path)
  for (const { writer } of way) met.add(writer)
  met.takeLatest(way.at(-1)!.writes)
  everySpotBelow(way.at(-1)!, ({ writer }) => met.add(writer))
}

function meetReaders(met: Meeting, root: Spot, path: string): void {
  const way = wayTo(root, path)
  for (const spot of way.slice(0, -1)) {
    met.takeLatest(spot.ownReads)
    nameReaders(met, spot)
  }
  met.takeLatest(way.at(-1)!.reads)
  everySpotBelow(way.at(-1)!, (spot) => nameReaders(met, spot))
}

/** The nearest first, until enough are known. */
function nameReaders(met: Meeting, { readers }: Spot): boolean {
  for (let at = readers.length - 1; at >= 0; at--) if (!met.add(readers[at])) return false
  return true
}

/** Goes no further than `visit` wants, for there may be as many spots as operations. */
function everySpotBelow(start: Spot, visit: (spot: Spot) => boolean): void {
  if (!visit(start)) return
  const open = start.below ? [start.below.values()] : []
  for (let spots = open.at(-1); spots; spots = open.at(-1)) {
    const { value: spot, done } = spots.next()
    if (done) open.pop()
    else if (!visit(spot)) return
    else if (spot.below) open.push(spot.below.values())
  }
}

function later({ deepest, last, newest }: Latest, position: Position): Latest {
  return {
    deepest: deepest && deepest.level >= position.level ? deepest : position,
    last: last && last.endMs >= position.endMs ? last : position,
    newest: newest && newest.index >= position.index ? newest : position,
  }
}

function wayTo(root: Spot, path: string): Spot[] {
  const way = [root]
  if (path === '') return way
  for (const name of path.split('/')) {
    const spot = way.at(-1)!
    spot.below ??= new Map()
    let next = spot.below.get(name)
    if (!next) spot.below.set(name, (next = createSpot()))
    way.push(next)
  }
  return way
}

function createSpot(): Spot {
  return { writer: undefined, readers: [], below: undefined, writes: nobody, reads: nobody, ownReads: nobody }
}

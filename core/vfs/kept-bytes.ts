import type { Stamp } from './file-system.ts'
import type { Path } from './path.ts'

/** What was read of a file. */
export interface Kept {
  readonly stamp: Stamp
  readonly mark: string
  /** For looking at: whoever hands them out must copy them. */
  readonly bytes: Uint8Array
}

/** Memory that holds the bytes of many files, and is given up as a whole. */
interface Slab {
  readonly bytes: Uint8Array
  readonly paths: Path[]
  used: number
  /** The last turn in which somebody asked for something in it. */
  turn: number
}

interface Entry extends Kept {
  readonly slab: Slab
}

const smallestSlab = 16 * 1024
const largestSlab = 1024 * 1024
/** What a file takes besides its bytes; as much is counted for smaller ones. */
const entryCost = 512

/**
 * Bytes of files by path, with the stamps that stand for them, over many turns; bounded by the bytes that they take. Where there is
 * no room, what was asked for in neither this turn nor the last gives way; otherwise nothing new is kept: who reads more than there is
 * room for, again and again, would find nothing if the oldest gave way.
 */
export class KeptBytes {
  readonly #most: number
  readonly #entries = new Map<Path, Entry>()
  #slabs: Slab[] = []
  #bytes = 0
  #turn = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** Bytes of memory that are taken. */
  get bytes(): number {
    return this.#bytes
  }

  beginTurn(): void {
    this.#turn++
  }

  get(path: Path): Kept | undefined {
    const entry = this.#entries.get(path)
    if (entry) entry.slab.turn = this.#turn
    return entry
  }

  /** Copies the bytes, if there is room for them. */
  keep(path: Path, { stamp, mark, bytes }: Kept): void {
    const size = Math.max(bytes.length, entryCost)
    const slab = this.#slabFor(size)
    if (!slab) return
    const own = slab.bytes.subarray(slab.used, slab.used + bytes.length)
    own.set(bytes)
    slab.used += size
    slab.turn = this.#turn
    slab.paths.push(path)
    this.#entries.set(path, { stamp, mark, bytes: own, slab })
  }

  #slabFor(size: number): Slab | undefined {
    const last = this.#slabs.at(-1)
    if (last && last.bytes.length - last.used >= size) return last
    const next = Math.min(largestSlab, last ? last.bytes.length * 2 : smallestSlab)
    const length = Math.max(size, Math.min(next, this.#most - this.#bytes))
    if (this.#bytes + length > this.#most) this.#makeRoom(length)
    if (this.#bytes + length > this.#most) return undefined
    const slab = { bytes: new Uint8Array(length), paths: [], used: 0, turn: this.#turn }
    this.#slabs.push(slab)
    this.#bytes += length
    return slab
  }

  #makeRoom(length: number): void {
    for (const slab of this.#slabs) {
      if (this.#bytes + length <= this.#most) break
      if (slab.turn < this.#turn - 1) this.#drop(slab)
    }
  }

  #drop(slab: Slab): void {
    for (const path of slab.paths) if (this.#entries.get(path)?.slab === slab) this.#entries.delete(path)
    this.#slabs = this.#slabs.filter((each) => each !== slab)
    this.#bytes -= slab.bytes.length
  }
}

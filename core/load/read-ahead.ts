import { createTurns } from '../base/turns.ts'

export interface AheadOptions<T> {
  readonly count: number
  /** Reads the item of a number, in a pool that says itself how many are under way; never rejects. */
  read(index: number): Promise<T>
  sizeOf(item: T): number
  /** Gets each item once, in the order in which they arrive. */
  use(item: T, index: number): void
}

/** More than any pool has places, so that none stands empty while there is something to read. */
const mostAsked = 512
/** What may have been read and not used yet, in bytes; then reading waits. */
const mostBytes = 8 * 1024 * 1024
/** How long using may hold the event loop, in milliseconds: reads that end meanwhile make room in the pool only afterwards. */
const turnMs = 4

/** Reads while what was read is being used, so that the pool stays full however long that takes. */
export async function readAhead<T>({ count, read, sizeOf, use }: AheadOptions<T>): Promise<void> {
  const turns = createTurns(turnMs)
  let arrived: { readonly item: T; readonly index: number }[] = []
  let wake: (() => void) | undefined
  let next = 0
  let asked = 0
  let bytes = 0

  async function ask(index: number): Promise<void> {
    const item = await read(index)
    asked--
    bytes += sizeOf(item)
    arrived.push({ item, index })
    wake?.()
  }

  function askMore(): void {
    while (next < count && asked < mostAsked && bytes < mostBytes) {
      asked++
      void ask(next++)
    }
  }

  askMore()
  for (let used = 0; used < count;) {
    while (arrived.length === 0) {
      await new Promise<void>((resolve) => (wake = resolve))
      // All that arrive together give their places to others before the first is used.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const now = arrived
    arrived = []
    used += now.length
    for (const { item, index } of now) {
      await turns.giveWay()
      bytes -= sizeOf(item)
      use(item, index)
      askMore()
    }
  }
}

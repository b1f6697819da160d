import { randomBytes } from 'node:crypto'
import type { Delta } from './delta.ts'
import type { Editions, News } from './edition.ts'
import { createEventLog } from './event-log.ts'
import { createFeed } from './feed.ts'
import { createStreams, type StreamLimits } from './streams.ts'

/** What happens, told to whoever listens on `/events`. */
export interface Events {
  /** The stream for a client that has seen everything up to an id; undefined when there are too many streams. */
  open(lastId: string | null, signal: AbortSignal): ReadableStream<Uint8Array> | undefined
  /** Tells everybody something that is not kept for those who come back. */
  tell(event: string, data: unknown): void
  readonly count: number
  close(): void
}

/**
 * Events over what is served. `change` tells what was added, changed and removed in a generation, and while somebody listens also the
 * delta that turns the last snapshot into the one of now; `full`, that a client must ask for everything anew; `standing`, how it stands
 * besides the modules. The id of an event names its generation: who comes back with it gets every change since, or `full` when some
 * are not kept any more.
 */
export function createEvents(editions: Editions, limits?: StreamLimits): Events {
  const log = createEventLog(randomBytes(4).toString('hex'), editions.standing.generation)
  const streams = createStreams(limits)
  const feed = createFeed(editions)
  let last: Promise<unknown> | undefined

  const asFull = (generation: number): string => asEvent('full', { generation }, { id: log.idOf(generation) })

  const asStanding = (): string => asEvent('standing', editions.standing)

  function tellChange({ full, ...change }: News, delta: Delta | undefined): void {
    const { generation } = change
    const told = delta ? { ...change, delta } : change
    const text = full ? asFull(generation) : asEvent('change', told, { id: log.idOf(generation) })
    log.add(generation, text)
    streams.send(text)
  }

  /** Told at once, unless it or something before it is still being worked out. */
  function inTurn(tell: (delta: Delta | undefined) => void, working?: Promise<Delta | undefined>): void {
    if (!last && !working) return tell(undefined)
    const mine = Promise.all([working?.catch(() => undefined), last]).then(([delta]) => {
      tell(delta)
      if (last === mine) last = undefined
    })
    last = mine
  }

  /** Deltas are for whoever listens; the first of them begins the feed. */
  function deltaAfter({ full }: News): Promise<Delta | undefined> | undefined {
    if (!full && streams.count > 0) return feed.next()
    feed.end()
    if (streams.count > 0) void feed.begin().catch(() => {})
    return undefined
  }

  const stop = editions.listen((news) => {
    if (news) inTurn((delta) => tellChange(news, delta), deltaAfter(news))
    if (!news || news.full) inTurn(() => streams.send(asStanding()))
  })

  return {
    open(lastId, signal) {
      const missed = lastId === null ? undefined : log.since(lastId)
      const first = missed ?? [asFull(editions.standing.generation)]
      const stream = streams.open(['retry: 1000\n\n', ...first, asStanding()], signal)
      if (stream) void feed.begin().catch(() => {})
      return stream
    },
    tell: (event, data) => streams.send(asEvent(event, data)),
    get count() {
      return streams.count
    },
    close() {
      stop()
      streams.close()
    },
  }
}

/** One event as it is sent; JSON has no line breaks of its own. */
function asEvent(event: string, data: unknown, { id }: { readonly id?: string } = {}): string {
  const line = id === undefined ? '' : `id: ${id}\n`
  return `${line}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

import { randomBytes } from 'node:crypto'
import type { Editions, News } from './edition.ts'
import { createEventLog } from './event-log.ts'
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
 * Events over what is served. `change` tells what was added, changed and removed in a generation; `full`, that a client must ask
 * for everything anew; `standing`, how it stands besides the modules. The id of an event names its generation: who comes back with
 * it gets every change since, or `full` when some are not kept any more.
 */
export function createEvents(editions: Editions, limits?: StreamLimits): Events {
  const log = createEventLog(randomBytes(4).toString('hex'), editions.standing.generation)
  const streams = createStreams(limits)

  function asChange({ full, ...change }: News): string {
    return asEvent(full ? 'full' : 'change', full ? { generation: change.generation } : change, {
      id: log.idOf(change.generation),
    })
  }

  const asStanding = (): string => asEvent('standing', editions.standing)

  const stop = editions.listen((news) => {
    if (news) {
      const text = asChange(news)
      log.add(news.generation, text)
      streams.send(text)
    }
    if (!news || news.full) streams.send(asStanding())
  })

  return {
    open(lastId, signal) {
      const missed = lastId === null ? undefined : log.since(lastId)
      const { generation } = editions.standing
      const full = asEvent('full', { generation }, { id: log.idOf(generation) })
      return streams.open(['retry: 1000\n\n', ...(missed ?? [full]), asStanding()], signal)
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

/** Streams of text to clients, none of which may hold back the others or fill the memory. */
export interface Streams {
  /** A stream that begins with `first`; undefined when there are too many already. It ends when its signal aborts. */
  open(first: readonly string[], signal: AbortSignal): ReadableStream<Uint8Array> | undefined
  /** Sends a text to all. A client that has not read what it was sent before is cut off; it may come back and resume. */
  send(text: string): void
  readonly count: number
  /** Ends all. */
  close(): void
}

export interface StreamLimits {
  /** Streams at once; 2048 when left out. */
  readonly streams?: number
  /** Bytes that wait for one client; 1 MiB when left out. */
  readonly bytesEach?: number
  /** Bytes that wait for all clients together; 64 MiB when left out. */
  readonly bytesAll?: number
  /** Milliseconds between two signs of life; 15 000 when left out. */
  readonly beatMs?: number
}

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  end(): void
  /** Ends it at once, with what waits for it. */
  cut(): void
}

/** No streams yet. Texts are encoded once, whoever gets them. */
export function createStreams(limits: StreamLimits = {}): Streams {
  const { streams = 2048, bytesEach = 1024 * 1024, bytesAll = 64 * 1024 * 1024, beatMs = 15_000 } = limits
  const clients = new Set<Client>()
  let beat: NodeJS.Timeout | undefined

  const waiting = ({ controller }: Client): number => bytesEach - (controller.desiredSize ?? bytesEach)

  function push(client: Client, bytes: Uint8Array): void {
    if (waiting(client) + bytes.byteLength > bytesEach) client.cut()
    else client.controller.enqueue(bytes)
  }

  function send(text: string): void {
    const bytes = new TextEncoder().encode(text)
    for (const client of clients) push(client, bytes)
    let all = 0
    for (const client of clients) all += waiting(client)
    if (all > bytesAll) cutOff(all)
  }

  /** Those that read least go first. */
  function cutOff(all: number): void {
    for (const client of [...clients].toSorted((a, b) => waiting(b) - waiting(a))) {
      if (all <= bytesAll) return
      all -= waiting(client)
      client.cut()
    }
  }

  function open(first: readonly string[], signal: AbortSignal): ReadableStream<Uint8Array> | undefined {
    if (clients.size >= streams) return undefined
    let client: Client
    const strategy = { highWaterMark: bytesEach, size: (chunk?: Uint8Array) => chunk?.byteLength ?? 0 }
    const forget = (): void => {
      clients.delete(client)
      signal.removeEventListener('abort', end)
      if (clients.size > 0 || !beat) return
      clearInterval(beat)
      beat = undefined
    }
    const leave = (how: () => void): void => {
      if (!clients.has(client)) return
      forget()
      how()
    }
    const end = (): void => leave(() => client.controller.close())
    const cut = (): void => leave(() => client.controller.error(new Error('The client reads too slowly.')))
    const stream = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          client = { controller, end, cut }
          clients.add(client)
          for (const text of first) push(client, new TextEncoder().encode(text))
        },
        cancel: forget,
      },
      strategy,
    )
    signal.addEventListener('abort', end)
    beat ??= setInterval(() => send(': \n\n'), beatMs).unref()
    return stream
  }

  return {
    open,
    send,
    get count() {
      return clients.size
    },
    close() {
      for (const client of clients) client.end()
    },
  }
}

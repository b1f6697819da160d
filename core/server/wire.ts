import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import { refuse, strictHeaders } from './answer.ts'

/** Bytes of answers that nobody has read yet, over all connections. */
export interface Unread {
  bytes: number
}

const mostHeaders = 100
const mostUnread = 256 * 1024 * 1024
const idleMs = 30_000
const lingerMs = 500

/** Lets a handler answer what came in over a connection; settles when the answer was handed on or the connection has ended. */
export async function pass(
  handler: (request: Request) => Promise<Response>,
  { incoming, outgoing, unread }: { incoming: IncomingMessage; outgoing: ServerResponse; unread: Unread },
): Promise<void> {
  const controller = new AbortController()
  outgoing.once('close', () => controller.abort())
  const request = asRequest(incoming, controller.signal)
  const response = request instanceof Response ? request : await handler(request)
  if (outgoing.destroyed) return void response.body?.cancel().catch(() => {})
  // What was not read of a body would be waited for; the connection goes instead.
  if (!incoming.complete) outgoing.shouldKeepAlive = false
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  incoming.socket.setTimeout(isStream ? 0 : idleMs)
  if (isStream) await stream(response, outgoing)
  else await send(response, outgoing, unread)
  if (!incoming.complete) linger(incoming, outgoing)
}

/** Ends a connection whose request has not ended: what comes is thrown away for a moment, or the answer would be lost with it. */
function linger(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { socket } = incoming
  const end = (): void => void socket.end()
  if (outgoing.writableFinished) end()
  else outgoing.once('finish', end)
  incoming.removeAllListeners('data')
  incoming.resume()
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

async function send(response: Response, outgoing: ServerResponse, unread: Unread): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  if (unread.bytes + body.byteLength > mostUnread)
    return send(refuse(503, 'TOO_MUCH_UNREAD', { 'retry-after': '5' }), outgoing, { bytes: 0 })
  unread.bytes += body.byteLength
  outgoing.once('close', () => (unread.bytes -= body.byteLength))
  // A 304 has no body to measure.
  if (response.status !== 304) outgoing.setHeader('content-length', body.byteLength)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(body)
}

/** Takes from the stream no more than the connection has room for, so that what waits is counted where it is limited. */
async function stream(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.flushHeaders()
  const reader = response.body!.getReader()
  outgoing.once('close', () => void reader.cancel().catch(() => {}))
  // A stream that was cut off is not waited for, however slowly its client reads.
  reader.closed.catch(() => outgoing.destroy())
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (outgoing.destroyed) return
      if (!outgoing.write(next.value)) await hasRoom(outgoing)
    }
    outgoing.end()
  } catch {
    outgoing.destroy()
  }
}

function hasRoom(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go).off('close', go)
      resolve()
    }
    outgoing.on('drain', go).on('close', go)
  })
}

/** The request, or why it is refused before anybody looks at it: a target that is no path, too many headers, a method of proxies. */
function asRequest(incoming: IncomingMessage, signal: AbortSignal): Request | Response {
  const { method = 'GET', url = '', rawHeaders } = incoming
  if (!/^\/[!"$-[\]-~]*$/.test(url)) return refuse(400, 'TARGET_NOT_ALLOWED')
  if (rawHeaders.length > mostHeaders * 2) return refuse(431, 'TOO_MANY_HEADERS')
  const headers = new Headers()
  try {
    // A header sent twice is joined by the Headers object, and so never equals what the guard expects.
    for (let index = 0; index < rawHeaders.length; index += 2)
      headers.append(rawHeaders[index]!, rawHeaders[index + 1]!)
  } catch {
    return refuse(400, 'HEADER_NOT_ALLOWED')
  }
  try {
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const } : {}
    return new Request(`http://heddle.invalid${url}`, { method, headers, signal, ...body })
  } catch {
    return refuse(405, 'METHOD_NOT_ALLOWED')
  }
}

const brokenStatus: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Answers what is no HTTP, or too much of it, with the headers of every response, and ends the connection. */
export function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const headers = strictHeaders({ headers: { connection: 'close', 'content-length': '0' } })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const status = brokenStatus[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`, () => socket.destroy())
}

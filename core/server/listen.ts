import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Framework } from '../facade.ts'
import { createHandler, type Handler } from './handler.ts'

/** A server that listens on loopback. */
export interface Listening {
  readonly url: string
  /** New at every start; sent as `Authorization: Bearer`. */
  readonly token: string
  /** Ends every connection; settles when the port is free. */
  close(): Promise<void>
}

/** Serves a framework's read-only API on 127.0.0.1; the port is a free one when left out. */
export async function listen(options: { framework: Framework; port?: number }): Promise<Listening> {
  const token = randomBytes(16).toString('hex')
  let handler: Handler | undefined
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (incoming, outgoing) => {
    void pass(handler!, incoming, outgoing)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  handler = createHandler({
    framework: options.framework,
    hosts: [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`],
    token,
  })
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function pass(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = asRequest(incoming)
  const response = request ? await handler(request) : new Response(null, { status: 400 })
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

/** Undefined for what is no request that a page or a program of ours would send, such as TRACE. */
function asRequest(incoming: IncomingMessage): Request | undefined {
  const headers = new Headers()
  // A header sent twice is joined by the Headers object, and so never equals what the guard expects.
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index]!, incoming.rawHeaders[index + 1]!)
  }
  const target = incoming.url?.startsWith('/') ? incoming.url : '/'
  try {
    return new Request(new URL(target, 'http://heddle.invalid'), {
      method: incoming.method ?? 'GET',
      headers,
    })
  } catch {
    return undefined
  }
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fail } from '../base/diagnostic.ts'
import type { Framework } from '../facade.ts'
import { refuse } from './answer.ts'
import type { Editions } from './edition.ts'
import { createHandler, type Handler, type HandlerOptions } from './handler.ts'
import { answerBroken, pass, type Unread } from './wire.ts'

export interface ListenOptions extends Omit<HandlerOptions, 'hosts'> {
  /** A free one when left out or 0. */
  readonly port?: number
  /** The address to listen on; `127.0.0.1` when left out, so that only this machine reaches it. */
  readonly host?: string
  /** Hosts without port that people may use besides the address itself; needed for an address that stands for all. */
  readonly allowHosts?: readonly string[]
}

/** A server that listens. */
export interface Listening {
  /** Without the token: `http://127.0.0.1:4317`. */
  readonly url: string
  /** New at every start; sent as `Authorization: Bearer`. */
  readonly token: string
  readonly handler: Handler
  /** Ends streams, runs and connections; settles within two seconds, when the port is free. */
  close(): Promise<void>
}

const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // How often slow requests are looked for.
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  // The guard refuses what has none, with the headers of every response.
  requireHostHeader: false,
}
const connections = 4096
/** How long what runs may take to end before its connections are cut. */
const graceMs = 1_500

/**
 * Serves a framework over HTTP, on this machine alone unless told otherwise. Rejects with HOST_UNKNOWN for an address that stands
 * for all of the machine's when it is not said under which names it may be used, and with the system's error for a port that is taken.
 */
export async function listen(source: Framework | Editions, options: ListenOptions = {}): Promise<Listening> {
  const { port: wanted = 0, host = '127.0.0.1', allowHosts = [], ...rest } = options
  if (standsForAll(host) && allowHosts.length === 0)
    fail(
      'HOST_UNKNOWN',
      `"${host}" stands for every address of this machine.`,
      'Name the hosts that people may use: --allow-host NAME.',
    )
  let handler: Handler | undefined
  const unread: Unread = { bytes: 0 }
  const server = createServer(
    limits,
    (incoming, outgoing) =>
      void pass((request) => handler!(request), { incoming, outgoing, unread }).catch(() =>
        outgoing.destroy(),
      ),
  )
  server.maxHeadersCount = 0
  server.maxConnections = connections
  server.on('clientError', answerBroken)
  server.on('checkExpectation', (incoming, outgoing) => {
    const refused = async (): Promise<Response> => refuse(417, 'EXPECTATION_NOT_ALLOWED')
    void pass(refused, { incoming, outgoing, unread }).catch(() => outgoing.destroy())
  })
  const port = await bind(server, wanted, host)
  const name = standsForAll(host) ? allowHosts[0]! : nameOf(host)
  const hosts = [...hostNames(host), ...allowHosts].map((one) => (port === 80 ? one : `${one}:${port}`))
  handler = createHandler(source, { ...rest, hosts })
  return {
    url: `http://${name}${port === 80 ? '' : `:${port}`}`,
    token: handler.access.token,
    handler,
    close: () => close(server, handler),
  }
}

async function bind(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

async function close(server: Server, handler: Handler): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  await Promise.race([handler.close(), delay(graceMs, undefined, { ref: false })])
  server.closeAllConnections()
  await closed
}

function standsForAll(host: string): boolean {
  return /^[0.]*$/.test(host) || /^(?:\[?[:0]*\]?|::ffff:0\.0\.0\.0)$/.test(host)
}

/** The names of an address in `Host`: this machine's own goes by three. */
function hostNames(host: string): readonly string[] {
  if (standsForAll(host)) return []
  return ['127.0.0.1', 'localhost', '::1'].includes(host)
    ? ['127.0.0.1', 'localhost', '[::1]']
    : [nameOf(host)]
}

function nameOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

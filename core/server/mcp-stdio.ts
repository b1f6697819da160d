import type { Readable, Writable } from 'node:stream'
import type { Editions } from './edition.ts'
import { createRuns, keptRuns } from './runs.ts'

export interface StdioOptions {
  readonly stdin: Readable
  /** Gets messages of MCP and nothing else. */
  readonly stdout: Writable
  /** True lets the client run commands. */
  readonly allowRun?: boolean
  /** Told of what went wrong with a message. */
  readonly onError?: (error: Error) => void
}

const longestLine = 4 * 1024 * 1024

/** Serves MCP over two streams; settles when the client has gone, or sent a line that is too long, and what it started has ended. */
export async function serveStdio(editions: Editions, options: StdioOptions): Promise<void> {
  const { stdin, stdout, allowRun = false, onError } = options
  const sdk = await import('@modelcontextprotocol/server/stdio')
  const { createFactory, uriStart } = await import('./mcp.ts')
  const runs = createRuns(editions, keptRuns(editions), () => {})
  const factory = await createFactory({ editions, ...(allowRun && { runs }) })
  const transport = new sdk.StdioServerTransport(stdin, stdout, { maxBufferSize: longestLine })
  const gone = new Promise<void>((resolve) => {
    stdin.once('end', resolve).once('close', resolve).once('error', resolve)
  })
  const broken = new Promise<void>((resolve) => {
    const close = transport.close.bind(transport)
    transport.close = async () => {
      await close()
      resolve()
    }
  })
  let connected: Awaited<ReturnType<typeof factory>> | undefined
  const stop = editions.listen((news) => {
    if (!news || !connected) return
    const { server } = connected
    const uris = news.changed.map((id) => uriStart + encodeURI(id))
    const told = [server.sendResourceListChanged(), ...uris.map((uri) => server.sendResourceUpdated({ uri }))]
    // A client that does not listen, or has just gone, is not told.
    void Promise.allSettled(told)
  })
  const serve: typeof factory = async (context) => (connected = await factory(context))
  const server = sdk.serveStdio(serve, { transport, ...(onError && { onerror: onError }) })
  await Promise.race([gone, broken])
  stop()
  await Promise.allSettled([server.close(), runs.close()])
}

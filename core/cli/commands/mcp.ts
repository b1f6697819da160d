import { Writable } from 'node:stream'
import { openEditions, serveStdio } from '../../server.ts'
import { leave } from '../hold-exit.ts'
import type { CommonOptions } from '../options.ts'
import { visible } from '../print.ts'
import { rootOf } from '../root.ts'

export interface McpOptions extends CommonOptions {
  readonly allowRun?: true | undefined
  readonly user?: true | undefined
}

/** How long what goes on may take to end once the client has gone. */
const graceMs = 800

/** `heddle mcp`: serves MCP on standard input and output, until the client goes. */
export async function mcp(options: McpOptions): Promise<void> {
  const stdout = takeStandardOutput()
  const editions = await openEditions({
    root: rootOf(options),
    keep: true,
    user: options.user === true,
    ...(typeof options.config === 'string' ? { config: options.config } : {}),
    ...(options.config === false ? { config: false } : {}),
  })
  const tell = (what: string): void => void process.stderr.write(`heddle mcp: ${visible(what)}\n`)
  void editions.watch().catch((thrown: unknown) => tell(String(thrown)))
  await serveStdio(editions, {
    stdin: process.stdin,
    stdout,
    allowRun: options.allowRun === true,
    onError: ({ message }) => tell(message.slice(0, 500)),
  })
  setTimeout(() => leave(), graceMs)
  await editions.close()
  leave()
}

/** Standard output for messages alone: whatever else prints, a plugin or a library, goes to standard error. */
function takeStandardOutput(): Writable {
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = process.stderr.write.bind(process.stderr)
  return new Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _, done) => void write(chunk, (error) => done(error ?? null)),
  })
}

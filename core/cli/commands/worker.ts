import { createServer, type Server } from 'node:http'
import type { Lane, ServeEvent, Serving } from '../../index.ts'
import { exit, Exit, wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { printDiagnostics, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'

export interface WorkerOptions extends CommonOptions {
  readonly executor: string
  readonly lanes?: string | undefined
  readonly concurrency?: string | undefined
  readonly name?: string | undefined
  readonly health?: string | undefined
}

/** `heddle worker`: runs operations of other machines until it is told to end; what runs then is brought to its end. */
export async function worker(options: WorkerOptions): Promise<void> {
  const lanes = readLanes(options.lanes)
  const concurrency = readNumber('--concurrency', options.concurrency, 1024)
  const port = readNumber('--health', options.health, 65_535)
  const framework = await openFramework(options)
  try {
    tellFaults(framework, options)
    const executor = await framework.executor(options.executor)
    if (!executor.serve)
      wrongUsage(`The executor "${executor.name}" has no workers.`, 'Name one that has: --executor queue.')
    const serving = await executor.serve(await framework.workbench(), {
      ...(lanes && { lanes }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(options.name === undefined ? {} : { name: options.name }),
      onEvent: (event) => tell(event, options),
    })
    const server = port === undefined ? undefined : await serveHealth(serving, port)
    say(
      options,
      `${serving.name} serves ${serving.health().lanes.join(', ')}, ${serving.health().concurrency} at once.`,
    )
    await untilTold(serving, options)
    server?.close()
  } finally {
    await framework.dispose()
  }
}

const words = { began: 'begins', ended: 'has ended' } as const

function tell(event: ServeEvent, options: WorkerOptions): void {
  if (options.format === 'json') return void process.stdout.write(`${JSON.stringify(event)}\n`)
  if (event.type === 'trouble') return printDiagnostics([event.diagnostic], process.stderr)
  if (event.type === 'recovered') return say(options, 'The queue is back.')
  say(options, `${words[event.type]} ${event.group}/${event.operation} of the run ${event.run.slice(0, 8)}`)
}

function say({ quiet }: WorkerOptions, text: string): void {
  if (quiet !== true) process.stderr.write(`heddle worker: ${visible(text)}\n`)
}

/** The first signal lets what runs end; the second ends at once. */
async function untilTold(serving: Serving, options: WorkerOptions): Promise<void> {
  await new Promise<void>((resolve) => {
    let told = false
    const end = (): void => {
      if (told) process.exit(exit.interrupted)
      told = true
      const { length } = serving.health().running
      say(options, `takes nothing more${length > 0 ? `, and waits for ${length} to end` : ''}.`)
      resolve()
    }
    process.on('SIGTERM', end)
    process.on('SIGINT', end)
  })
  await serving.drain()
}

/** For whoever watches workers: 200 while it serves, 503 when it does not; on this machine alone. */
async function serveHealth(serving: Serving, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url === '/health'
    const health = serving.health()
    response.writeHead(isAsked ? (health.ready ? 200 : 503) : 404, { 'content-type': 'application/json' })
    response.end(isAsked ? JSON.stringify(health) : '{}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  }).catch(async (thrown: unknown) => {
    await serving.drain()
    process.stderr.write(`heddle worker: --health cannot listen on port ${port}: ${String(thrown)}\n`)
    throw new Exit(exit.usage)
  })
  return server
}

const allLanes: readonly Lane[] = ['io', 'process', 'network', 'agent']

function readLanes(text: string | undefined): readonly Lane[] | undefined {
  if (text === undefined) return undefined
  const lanes = text.split(',').map((lane) => lane.trim())
  const wrong = lanes.find((lane) => !(allLanes as readonly string[]).includes(lane))
  if (wrong !== undefined)
    wrongUsage(`"${wrong}" is no lane.`, `Lanes are ${allLanes.join(', ')}; write --lanes agent,process.`)
  return [...new Set(lanes)] as Lane[]
}

function readNumber(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  return wrongUsage(
    `${option} is a whole number from 1 to ${most}, not "${text}".`,
    'Correct it or leave it out.',
  )
}

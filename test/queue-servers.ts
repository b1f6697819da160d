import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, chmodSync, chownSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A server of this machine, on a free port of the loopback address, in a folder of its own. */
export interface TestServer {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** Ends it without a word, and starts it again on what it had written. */
  crash(): Promise<void>
  stop(): Promise<void>
}

/** The path of a program, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...postgresFolders()]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Debian keeps the programs of each version apart. */
function postgresFolders(): string[] {
  const base = '/usr/lib/postgresql'
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin')) : []
}

/** A Redis that loses nothing, unless other settings say so. */
export async function startRedis(
  settings: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always'],
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-redis-'))
  const port = await freePort()
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...settings]
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(findProgram('redis-server')!, words, { stdio: 'ignore' })
    started.add(child)
    await untilOpen(port, child)
    return child
  }
  let child = await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get process() {
      return child
    },
    async crash() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      child = await start()
    },
    async stop() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A PostgreSQL. It refuses to run as the administrator, so there it runs as the user `postgres`. */
export async function startPostgres(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-postgres-'))
  const port = await freePort()
  const user = process.getuid?.() === 0 ? idsOf('postgres') : undefined
  if (user) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  const options = { stdio: 'ignore' as const, cwd: folder, ...user, env: { ...process.env, LC_ALL: 'C' } }
  execFileSync(findProgram('initdb')!, ['-D', data, '-U', 'heddle', '-A', 'trust', '--no-sync'], options)
  const words = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200']
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(findProgram('postgres')!, words, options)
    started.add(child)
    await untilOpen(port, child)
    return child
  }
  let child = await start()
  return {
    url: `postgres://heddle@127.0.0.1:${port}/postgres`,
    port,
    get process() {
      return child
    },
    async crash() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      child = await start()
    },
    async stop() {
      await end(child, 'SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (what: string): number => Number(execFileSync('id', [what, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Nothing outlives the tests, however they end. */
const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})
process.once('SIGTERM', () => process.exit(143))

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true))
      socket.on('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A worker in a process of its own. */
export interface TestWorker {
  readonly process: ChildProcess
  /** Operations that it runs now. */
  readonly running: () => number
  /** Settles when it runs as many. */
  reached(count: number): Promise<void>
  stop(): Promise<void>
}

/** Starts `test/queue-worker.ts`; settles when it serves. */
export async function startWorker(settings: object): Promise<TestWorker> {
  const child = fork(fileURLToPath(new URL('queue-worker.ts', import.meta.url)), [JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx', '--conditions=source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  started.add(child)
  let running = 0
  const waiting = new Set<() => void>()
  await new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the worker ended with code ${code}`)))
    child.on('message', (message) => {
      if (message === 'ready') return resolve()
      running += message === 'began' ? 1 : message === 'ended' ? -1 : 0
      for (const look of waiting) look()
    })
  })
  return {
    process: child,
    running: () => running,
    reached: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (running < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    stop: () => end(child),
  }
}

/** Asks until there is something. */
export async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

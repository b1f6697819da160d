import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { HeddleError } from './diagnostic.ts'
import {
  enclose,
  errorsAt,
  findNamespaceWay,
  findProgram,
  type Isolation,
  isolationUnavailable,
  lifelineAt,
  type NamespaceWay,
  type OverlayMount,
  readEnd,
  statusAt,
} from './namespace.ts'
import type { GroupWatch } from './process-group.ts'

/** A program to run. */
export interface ProcessOptions {
  /** The program, found on PATH; with `shell: true` a whole command line. */
  readonly program: string
  readonly arguments?: readonly string[]
  readonly shell?: boolean
  /** Absolute folder of the machine to run in. */
  readonly cwd: string
  /** Added to the clean environment (PATH, HOME, LANG, LC_ALL, TERM, TMPDIR and what the caller names). */
  readonly env?: Readonly<Record<string, string>>
  /** Ends the whole tree; the result says so. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Sent to standard input, which is then closed; without it standard input is empty and closed. */
  readonly input?: string
  /** Absolute folder for output that does not fit into memory; a private temporary one when left out. */
  readonly storeIn?: string
  /** What holds the program: a process group when left out. An overlay is asked for by `overlay`. */
  readonly isolation?: 'none' | 'namespace'
  /** Runs the program in a namespace with this mounted. */
  readonly overlay?: OverlayMount
}

/** A program that was started. */
export interface Started {
  /** The process that stands for it, the leader of its group. */
  readonly child: ChildProcess
  readonly stdout: Readable
  readonly stderr: Readable
  /** How it ended; throws a HeddleError when it was not run at all. */
  end(ended: 'exit' | 'deadline' | 'cancelled'): { code: number | null; signal: NodeJS.Signals | null }
}

const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR']
const mostStatus = 4096

/** Starts a program; rejects with a HeddleError when it cannot. */
export async function startProcess(options: ProcessOptions, watch: GroupWatch): Promise<Started> {
  const { program, cwd } = options
  if (!isFolder(cwd)) throw folderMissing(program)
  const way = await wayOf(options)
  try {
    const child = spawnIn(way, options)
    if (child.pid !== undefined) watch.add(child.pid)
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.on('error', () => undefined)
    return way ? startedIn(options, child) : startedPlainly(child)
  } catch (thrown) {
    // The machine has one word for a program that is not there and for a folder that is not.
    throw isFolder(cwd) ? startFault(program, thrown) : folderMissing(program)
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function folderMissing(program: string): HeddleError {
  return new HeddleError({
    code: 'FOLDER_MISSING',
    severity: 'error',
    message: `The folder to run "${program}" in does not exist.`,
    hint: 'Name a folder of the project.',
  })
}

/** What is to hold the program. */
export function isolationOf({ isolation = 'none', overlay }: ProcessOptions): Isolation {
  return overlay ? 'overlay' : isolation
}

async function wayOf(options: ProcessOptions): Promise<NamespaceWay | undefined> {
  const isolation = isolationOf(options)
  if (isolation === 'none') return undefined
  const way = await findNamespaceWay()
  return way ?? raise(isolationUnavailable(isolation, 'this machine makes no PID namespaces for us'))
}

function raise(error: HeddleError): never {
  throw error
}

function spawnIn(way: NamespaceWay | undefined, options: ProcessOptions): ChildProcess {
  const { program, arguments: words = [], shell = false, cwd, overlay, input } = options
  const env = { ...cleanEnvironment(), ...options.env }
  const fixed = { cwd, env, detached: true, windowsHide: true } as const
  const stdin = input === undefined ? 'ignore' : 'pipe'
  if (!way)
    return spawn(program, shell ? [] : [...words], { ...fixed, shell, stdio: [stdin, 'pipe', 'pipe'] })
  const given = shell ? ['/bin/sh', '-c', program] : [pathOf(options, env.PATH), ...words]
  const enclosed = enclose(given, { way, cwd, overlay })
  return spawn(enclosed.program, enclosed.arguments, {
    ...fixed,
    stdio: [stdin, 'pipe', 'pipe', 'pipe', 'pipe'],
  })
}

/** What is named by a path may stand in the overlay alone. */
function pathOf({ program, cwd, overlay }: ProcessOptions, path: string | undefined): string {
  return overlay && program.includes('/') ? resolve(cwd, program) : findProgram(program, cwd, path)
}

function startedPlainly(child: ChildProcess): Started {
  return {
    child,
    stdout: child.stdout!,
    stderr: child.stderr!,
    end: () => ({ code: child.exitCode, signal: child.signalCode }),
  }
}

function startedIn(options: ProcessOptions, child: ChildProcess): Started {
  let status = ''
  const told = child.stdio[statusAt] as Readable
  told.on('data', (chunk: Buffer) => (status = (status + chunk.toString()).slice(0, mostStatus)))
  for (const stream of [told, child.stdio[lifelineAt]]) stream!.on('error', () => undefined)
  return {
    child,
    stdout: child.stdout!,
    stderr: child.stdio[errorsAt] as Readable,
    end(ended) {
      const { code, signal, fault } = readEnd(child.exitCode, child.signalCode, status)
      if (fault === undefined || ended !== 'exit') return { code, signal }
      if (fault === 'EPERM') throw isolationUnavailable(isolationOf(options), status.trim())
      throw startFault(options.program, { code: fault })
    },
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

function startFault(program: string, thrown: unknown): HeddleError {
  const code = (thrown as NodeJS.ErrnoException).code ?? ''
  const [name, why, hint] = startFaults[code] ?? [
    'COMMAND_INVALID',
    'cannot be started as it is written',
    'Check the program and its arguments.',
  ]
  return new HeddleError(
    { code: name, severity: 'error', message: `"${program}" ${why}.`, hint },
    { cause: thrown },
  )
}

const busy = [
  'BUSY',
  'cannot be started because the machine has no room for another process',
  'Run fewer at once.',
] as const
const startFaults: Readonly<Record<string, readonly [string, string, string]>> = {
  ENOENT: ['COMMAND_NOT_FOUND', 'is not a program on PATH', 'Install it, or write its path.'],
  EACCES: [
    'COMMAND_NOT_EXECUTABLE',
    'may not be executed',
    'Make it executable, or run it with its interpreter.',
  ],
  ENOEXEC: ['COMMAND_NOT_EXECUTABLE', 'is not a program', 'Run it with its interpreter.'],
  ENOTDIR: ['COMMAND_NOT_FOUND', 'is not a program on PATH', 'Install it, or write its path.'],
  E2BIG: [
    'COMMAND_INVALID',
    'has more arguments than the machine takes',
    'Give them in a file or on standard input.',
  ],
  EAGAIN: busy,
  EMFILE: busy,
  ENFILE: busy,
  ENOMEM: busy,
}

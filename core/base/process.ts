import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { fail, HeddleError } from './diagnostic.ts'
import { createOutput, type Output, type StoredOutput } from './output.ts'
import { type GroupWatch, signalGroup, watchGroup } from './process-group.ts'

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
}

/**
 * How a program ended; output is complete. `code` is null when a signal ended it. Output beyond 4 MiB is in a file: then
 * `stored` says where, and the text is a preview of its start and its end, marked as one.
 */
export interface ProcessResult {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly stored?: { readonly stdout?: StoredOutput; readonly stderr?: StoredOutput }
  readonly ended: 'exit' | 'deadline' | 'cancelled'
  readonly ranMs: number
}

/** Milliseconds between asking a process tree to end and ending it. */
export const terminationGraceMs = 200
const settleAfterKillMs = 30
const lookAgainMs = 5
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR']

/**
 * Runs a program in a process group of its own and gives how it ended. What is left of the group when the program ends, at
 * the deadline, or on cancel is ended too, and the result is there at most 230 ms later, whoever still holds the pipes.
 * Rejects with a HeddleError when it cannot start: `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `COMMAND_INVALID`,
 * `FOLDER_MISSING`, or `BUSY` when the machine has no process or descriptor left; `OUTPUT_NOT_STORED` when the disk is full.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const started = performance.now()
  const early = options.signal?.aborted ? endingOf(options.signal) : undefined
  if (early) return { code: null, signal: null, stdout: '', stderr: '', ended: early, ranMs: 0 }
  const outputs = {
    stdout: createOutput('stdout', options.storeIn),
    stderr: createOutput('stderr', options.storeIn),
  }
  const watch = watchGroup()
  try {
    const how = await settle(await start(options, watch), options, outputs)
    return { ...how, ...resultOf(outputs), ranMs: performance.now() - started }
  } finally {
    watch.end()
    outputs.stdout.close()
    outputs.stderr.close()
  }
}

async function start(options: ProcessOptions, watch: GroupWatch): Promise<ChildProcess> {
  const { program, arguments: words = [], shell = false, cwd, input } = options
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    fail(
      'FOLDER_MISSING',
      `The folder to run "${program}" in does not exist.`,
      'Name a folder of the project.',
    )
  }
  try {
    const child = spawn(program, shell ? [] : [...words], {
      cwd,
      shell,
      env: { ...cleanEnvironment(), ...options.env },
      detached: true,
      windowsHide: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    if (child.pid !== undefined) watch.add(child.pid)
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.on('error', () => undefined)
    return child
  } catch (thrown) {
    throw startFault(program, thrown)
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

type Outputs = { readonly stdout: Output; readonly stderr: Output }
type How = Pick<ProcessResult, 'code' | 'signal' | 'ended'>

function settle(child: ChildProcess, options: ProcessOptions, outputs: Outputs): Promise<How> {
  const { promise, resolve, reject } = deferred<How>()
  const group = child.pid!
  const timers: NodeJS.Timeout[] = []
  let ended: ProcessResult['ended'] = 'exit'
  let ending = false
  let closed = false
  let fault: unknown

  function end(why: ProcessResult['ended']): void {
    if (ending) return
    ending = true
    ended = why
    signalGroup(group, 'SIGTERM')
    timers.push(
      setTimeout(() => {
        signalGroup(group, 'SIGKILL')
        // Whoever has left the group may still hold a pipe.
        timers.push(setTimeout(finish, settleAfterKillMs))
      }, terminationGraceMs),
      setInterval(finishWhenGone, lookAgainMs),
    )
    finishWhenGone()
  }

  /** Both pipes may be closed while someone without them still runs: the grace is theirs. */
  function finishWhenGone(): void {
    if (closed && ending && !signalGroup(group, 0)) finish()
  }

  function finish(): void {
    for (const timer of timers) clearTimeout(timer)
    options.signal?.removeEventListener('abort', onAbort)
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
    if (fault === undefined) resolve({ code: child.exitCode, signal: child.signalCode, ended })
    else reject(fault)
  }

  function onAbort(): void {
    end(endingOf(options.signal!))
  }

  function collect(stream: NodeJS.ReadableStream | null, output: Output): void {
    stream?.on('data', (chunk: Buffer) => {
      try {
        if (fault === undefined) output.add(chunk)
      } catch (thrown) {
        fault = thrown
        end('exit')
      }
    })
    stream?.on('error', () => undefined)
  }

  collect(child.stdout, outputs.stdout)
  collect(child.stderr, outputs.stderr)
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.input)
  child.once('exit', () => end('exit'))
  child.once('close', () => {
    closed = true
    finishWhenGone()
  })
  if (options.deadlineMs !== undefined) timers.push(setTimeout(() => end('deadline'), options.deadlineMs))
  options.signal?.addEventListener('abort', onAbort)
  if (options.signal?.aborted) onAbort()
  return promise
}

function deferred<T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (reason: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((done, failed) => {
    resolve = done
    reject = failed
  })
  return { promise, resolve, reject }
}

function endingOf(signal: AbortSignal): 'deadline' | 'cancelled' {
  const { reason } = signal as { reason: unknown }
  const isDeadline =
    reason instanceof HeddleError
      ? reason.code === 'TIMEOUT'
      : reason instanceof DOMException && reason.name === 'TimeoutError'
  return isDeadline ? 'deadline' : 'cancelled'
}

function resultOf({ stdout, stderr }: Outputs): Pick<ProcessResult, 'stdout' | 'stderr' | 'stored'> {
  const stored = {
    ...(stdout.stored() && { stdout: stdout.stored()! }),
    ...(stderr.stored() && { stderr: stderr.stored()! }),
  }
  const text = { stdout: stdout.text(), stderr: stderr.text() }
  return (stored.stdout ?? stored.stderr) ? { ...text, stored } : text
}

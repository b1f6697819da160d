import { HeddleError } from './diagnostic.ts'
import type { Isolation } from './namespace.ts'
import { createOutput, type Output, type StoredOutput } from './output.ts'
import { signalGroup, watchGroup } from './process-group.ts'
import { isolationOf, type ProcessOptions, type Started, startProcess } from './start-process.ts'

export type { ProcessOptions } from './start-process.ts'

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
  /** What held it. */
  readonly isolation: Isolation
  readonly ranMs: number
}

/** Milliseconds between asking a process tree to end and ending it. */
export const terminationGraceMs = 200
const settleAfterKillMs = 30
const lookAgainMs = 5

/**
 * Runs a program in a process group of its own and gives how it ended. What is left of the group when the program ends, at
 * the deadline, or on cancel is ended too, and the result is there at most 230 ms later, whoever still holds the pipes.
 * Rejects with a HeddleError when it cannot start: `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `COMMAND_INVALID`,
 * `FOLDER_MISSING`, or `BUSY` when the machine has no process or descriptor left; `ISOLATION_UNAVAILABLE` when what is to hold it
 * is not to be had; `OUTPUT_NOT_STORED` when the disk is full.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const started = performance.now()
  const early = options.signal?.aborted ? endingOf(options.signal) : undefined
  const isolation = isolationOf(options)
  if (early) return { code: null, signal: null, stdout: '', stderr: '', ended: early, isolation, ranMs: 0 }
  const outputs = {
    stdout: createOutput('stdout', options.storeIn),
    stderr: createOutput('stderr', options.storeIn),
  }
  const watch = watchGroup()
  try {
    const how = await settle(await startProcess(options, watch), options, outputs)
    return { ...how, ...resultOf(outputs), isolation, ranMs: performance.now() - started }
  } finally {
    watch.end()
    outputs.stdout.close()
    outputs.stderr.close()
  }
}

type Outputs = { readonly stdout: Output; readonly stderr: Output }
type How = Pick<ProcessResult, 'code' | 'signal' | 'ended'>

function settle(started: Started, options: ProcessOptions, outputs: Outputs): Promise<How> {
  const { child } = started
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
    for (const stream of child.stdio) stream?.destroy()
    if (fault !== undefined) return reject(fault)
    try {
      resolve({ ...started.end(ended), ended })
    } catch (thrown) {
      reject(thrown)
    }
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

  collect(started.stdout, outputs.stdout)
  collect(started.stderr, outputs.stderr)
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

/** Why a signal ends a program: its deadline, or somebody who does not want it any more. */
export function endingOf(signal: AbortSignal): 'deadline' | 'cancelled' {
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

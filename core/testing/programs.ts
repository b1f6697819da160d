import type { Clock } from '../base/clock.ts'
import { HeddleError } from '../base/diagnostic.ts'
import { endingOf, type ProcessOptions, type ProcessResult } from '../base/process.ts'
import type { RunProgram } from '../run/spawn.ts'

/** What stands in for a program that a run starts. */
export interface TestProgram {
  /** How the command line begins, in whole words, or a pattern that it fits. */
  readonly command: string | RegExp
  readonly code?: number
  readonly stdout?: string
  readonly stderr?: string
  /** Milliseconds of the framework's clock that it takes. */
  readonly takesMs?: number
  /** It ends only when it is ended. */
  readonly hangs?: boolean
  /** What is waited for before it ends: the `pass` of a gate. */
  readonly wait?: () => Promise<void>
  /** It cannot be started: the code of the fault, such as `COMMAND_NOT_FOUND` or `BUSY`. */
  readonly fails?: string
  /** How many starts it stands in for; then the next that fits does. All when left out. */
  readonly times?: number
}

/** A program that was started, and how it ended; `running` until then. */
export interface StartedProgram {
  readonly command: string
  /** The folder it ran in, as the machine would see it: `/project` is the root of files in memory. */
  readonly cwd: string
  readonly ended: 'running' | 'not-started' | ProcessResult['ended']
}

/** Stand-ins for the programs of a machine. */
export interface TestPrograms {
  readonly run: RunProgram
  /** Every start so far, in order. */
  readonly started: readonly StartedProgram[]
}

/** A machine with these programs and no other: what else is started is not found. */
export function createTestPrograms(programs: readonly TestProgram[], clock: Clock): TestPrograms {
  const started: { -readonly [K in keyof StartedProgram]: StartedProgram[K] }[] = []
  const left = programs.map((program) => ({ program, times: program.times ?? Infinity }))

  async function run(options: ProcessOptions): Promise<ProcessResult> {
    const command = [options.program, ...(options.arguments ?? [])].join(' ')
    const entry: (typeof started)[number] = { command, cwd: options.cwd, ended: 'not-started' }
    started.push(entry)
    const found = left.find(({ program, times }) => times > 0 && fits(program, command))
    if (found) found.times--
    const fault = found ? found.program.fails : 'COMMAND_NOT_FOUND'
    if (fault !== undefined) throw notStarted(fault, command)
    const { code = 0, stdout = '', stderr = '' } = found!.program
    entry.ended = 'running'
    const startedAt = clock.now()
    const ended = await untilEnd(found!.program, options, clock)
    entry.ended = ended
    const how = ended === 'exit' ? { code, signal: null } : { code: null, signal: 'SIGTERM' }
    return { ...how, stdout, stderr, ended, isolation: 'none', ranMs: clock.now() - startedAt }
  }

  return { run, started }
}

function fits({ command }: TestProgram, line: string): boolean {
  if (typeof command !== 'string') return command.test(line)
  return line === command || line.startsWith(`${command} `)
}

function untilEnd(
  { wait, takesMs = 0, hangs }: TestProgram,
  { signal, deadlineMs }: ProcessOptions,
  clock: Clock,
): Promise<ProcessResult['ended']> {
  return new Promise((resolve, reject) => {
    const cancels: (() => void)[] = []
    const end = (how: ProcessResult['ended']): void => {
      for (const cancel of cancels) cancel()
      resolve(how)
    }
    const abort = (): void => end(endingOf(signal!))
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort)
    cancels.push(() => signal?.removeEventListener('abort', abort))
    if (deadlineMs !== undefined) cancels.push(clock.after(deadlineMs, () => end('deadline')))
    if (hangs) return
    const go = (): void => {
      if (takesMs === 0) end('exit')
      else cancels.push(clock.after(takesMs, () => end('exit')))
    }
    if (wait) wait().then(go, reject)
    else go()
  })
}

function notStarted(code: string, command: string): HeddleError {
  const message =
    code === 'COMMAND_NOT_FOUND'
      ? `"${command}" is none of the test's programs.`
      : `"${command}" was made to fail.`
  return new HeddleError({
    code,
    severity: 'error',
    message,
    hint: 'Add it to `programs` of the test framework.',
  })
}

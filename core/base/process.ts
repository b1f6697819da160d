/** A program to run. */
export interface ProcessOptions {
  /** The program, found on PATH; with `shell: true` a whole command line. */
  readonly program: string
  readonly arguments?: readonly string[]
  readonly shell?: boolean
  /** Absolute folder of the machine to run in. */
  readonly cwd: string
  /** Added to the clean environment (PATH, HOME, LANG, TERM, TMPDIR and what the caller names). */
  readonly env?: Readonly<Record<string, string>>
  /** Ends the whole tree; the result says so. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Sent to standard input, which is then closed; without it standard input is empty and closed. */
  readonly input?: string
}

/** How a program ended; output is complete. `code` is null when a signal ended it. */
export interface ProcessResult {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly ended: 'exit' | 'deadline' | 'cancelled'
  readonly ranMs: number
}

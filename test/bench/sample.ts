import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What one child process found: `ms` for the work that it timed itself, and facts to check its result by. */
export interface Facts {
  readonly ms: number
  readonly [name: string]: unknown
}

/** A sample, or why there is none. */
export type Taken =
  | { readonly ok: true; readonly facts: Facts; /** Spawn to exit. */ readonly wholeMs: number }
  | { readonly ok: false; readonly reason: string }

export interface SampleOptions {
  /** Most files open at once: `ulimit -n`. */
  readonly openFiles?: number
  /** Exit codes that are no failure; 0 when left out. */
  readonly codes?: readonly number[]
  /** The facts in what the child printed; its last line read as JSON when left out. */
  read?(output: string): Omit<Facts, 'ms'>
}

/** The folder of the sources: peers and their packages stay there when the rest is built. */
export const benchFolder = fileURLToPath(new URL('../../../test/bench/', import.meta.url))

/** A program of ours, as it was built. */
export function ourProgram(name: string): string {
  return fileURLToPath(new URL(`ours/${name}.js`, import.meta.url))
}

/** A program that stands for a peer. */
export function peerProgram(name: string): string {
  return `${benchFolder}peers/${name}.mjs`
}

/** Runs a program with plain Node in a fresh process and takes what it printed. Never rejects. */
export function takeSample(words: readonly string[], options: SampleOptions = {}): Promise<Taken> {
  return takeProcess([process.execPath, ...words], options)
}

/** The same for any program. */
export async function takeProcess(words: readonly string[], options: SampleOptions = {}): Promise<Taken> {
  const { openFiles, codes = [0], read = lastLine } = options
  const limited =
    openFiles === undefined ? words : ['sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...words]
  const since = performance.now()
  const { code, output, errors, wholeMs } = await collect(limited, since)
  if (!codes.includes(code)) return { ok: false, reason: reasonIn(errors || output, code) }
  try {
    return { ok: true, facts: { ms: wholeMs, ...read(output) }, wholeMs }
  } catch {
    return { ok: false, reason: `its output cannot be read: ${output.slice(-200)}` }
  }
}

interface Collected {
  readonly code: number
  readonly output: string
  readonly errors: string
  readonly wholeMs: number
}

function collect([program, ...words]: readonly string[], since: number): Promise<Collected> {
  const child = spawn(program!, words, { stdio: ['ignore', 'pipe', 'pipe'], cwd: benchFolder })
  const output: Buffer[] = []
  const errors: Buffer[] = []
  let wholeMs = 0
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  child.once('exit', () => (wholeMs = performance.now() - since))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: -1, output: '', errors: error.message, wholeMs }))
    child.once('close', (code, signal) =>
      resolve({
        code: code ?? -1,
        output: Buffer.concat(output).toString(),
        errors: signal === null ? Buffer.concat(errors).toString() : `ended by ${signal}`,
        wholeMs,
      }),
    )
  })
}

function lastLine(output: string): Facts {
  return JSON.parse(output.trimEnd().split('\n').at(-1)!) as Facts
}

/** The line that says most about why a program ended. */
function reasonIn(text: string, code: number): string {
  const lines = text.split('\n').map((line) => line.trim())
  const line =
    lines.find((one) => /EMFILE|Error:|error:|heap/.test(one)) ?? lines.find((one) => one !== '') ?? ''
  return `ended with ${code}: ${line.slice(0, 160)}`
}

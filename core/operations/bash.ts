import { defineOperation, type Operation } from '../run/operation.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'

export interface BashInput {
  /** A command line for the shell; or leave it out and name a program. */
  readonly command?: string | undefined
  /** A program that is run without a shell. */
  readonly program?: string | undefined
  readonly arguments?: readonly string[] | undefined
  /** A folder of the project; the root when left out. */
  readonly cwd?: string | undefined
  /** Added to the clean environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Text that is complete; or where it is stored, with its start and its end. */
export type BashText =
  | string
  | { readonly blob: string; readonly bytes: number; readonly head: string; readonly tail: string }

export interface BashOutput {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: BashText
  readonly stderr: BashText
  readonly ended: 'exit' | 'deadline' | 'cancelled'
}

/** Runs a command line in a shell, or a program without one. Say what it touches with `claims`, or it runs alone. */
export function bash(input: string | BashInput, options?: OperationOptions): Operation {
  return asOperation('bash', typeof input === 'string' ? { command: input } : input, options)
}

/** The kind behind `bash`. Fails with COMMAND_FAILED, its output kept, when the command ends with a code other than 0. */
export const bashKind = defineOperation<BashInput, BashOutput>({
  kind: 'bash',
  tool: 'Bash',
  description: 'Runs a command line, or a program without a shell',
  lane: 'process',
  effects: 'external',
  idempotent: false,
  deadlineMs: 600_000,
  input: (z) =>
    z
      .strictObject({
        command: z.string().min(1).optional(),
        program: z.string().min(1).optional(),
        arguments: z.array(z.string()).optional(),
        cwd: z.string().optional(),
        env: z.record(z.string(), z.string()).optional(),
      })
      .refine(({ command, program }) => (command === undefined) !== (program === undefined), {
        path: ['command'],
        message: 'expected either "command" or "program"',
      }),
  output(z) {
    const stored = z.strictObject({ blob: z.string(), bytes: z.number(), head: z.string(), tail: z.string() })
    const text = z.union([z.string(), stored])
    return z.strictObject({
      code: z.number().nullable(),
      signal: z.string().nullable(),
      stdout: text,
      stderr: text,
      ended: z.enum(['exit', 'deadline', 'cancelled']),
    })
  },
  async run({ command, program = command!, arguments: words, cwd = '.', env }, context) {
    const { code, signal, ended, ...output } = await context.spawn({
      program,
      cwd,
      ...(command === undefined ? { arguments: words ?? [] } : { shell: true }),
      ...(env && { env }),
    })
    const { stdout = output.stdout, stderr = output.stderr } = output.stored ?? {}
    return { code, signal, stdout, stderr, ended }
  },
  quality(_, { stdout, stderr }) {
    const bytes = lengthOf(stdout) + lengthOf(stderr)
    return { expected: bytes, analysed: bytes, truncated: false }
  },
  failure({ code, signal }) {
    if (code === 0) return undefined
    const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with code ${code}`
    return {
      code: 'COMMAND_FAILED',
      severity: 'error',
      message: `The command ${how}.`,
      hint: 'Read its output.',
    }
  },
})

function lengthOf(text: BashText): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : text.bytes
}

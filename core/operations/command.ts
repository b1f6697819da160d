import type { z } from 'zod'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Isolation } from '../base/namespace.ts'
import type { ProcessResult } from '../base/process.ts'
import type { SpawnOptions } from '../run/spawn.ts'

/** A program to run, by a command line or by name. */
export interface CommandInput {
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

export interface CommandOutput {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: BashText
  readonly stderr: BashText
  readonly ended: 'exit' | 'deadline' | 'cancelled'
  /** What held it. */
  readonly isolation: Isolation
}

/** The fields of a command. */
export function commandFields(zod: typeof z) {
  return {
    command: zod.string().min(1).optional(),
    program: zod.string().min(1).optional(),
    arguments: zod.array(zod.string()).optional(),
    cwd: zod.string().optional(),
    env: zod.record(zod.string(), zod.string()).optional(),
  }
}

/** A command names one thing to run. */
export function namesOne({ command, program }: CommandInput): boolean {
  return (command === undefined) !== (program === undefined)
}

/** What to say of a command that does not. */
export const namedWrongly = { path: ['command'], message: 'expected either "command" or "program"' }

/** The fields of what a command gave. */
export function outputFields(zod: typeof z) {
  const stored = zod.strictObject({
    blob: zod.string(),
    bytes: zod.number(),
    head: zod.string(),
    tail: zod.string(),
  })
  const text = zod.union([zod.string(), stored])
  return {
    code: zod.number().nullable(),
    signal: zod.string().nullable(),
    stdout: text,
    stderr: text,
    ended: zod.enum(['exit', 'deadline', 'cancelled']),
    isolation: zod.enum(isolations),
  }
}

/** All isolations, by how much they hold. */
export const isolations = ['none', 'namespace', 'overlay'] as const

/** How to start a command. */
export function spawnOf({ command, program, arguments: words, cwd, env }: CommandInput): SpawnOptions {
  return {
    program: program ?? command!,
    cwd: cwd ?? '.',
    ...(command === undefined ? { arguments: words ?? [] } : { shell: true }),
    ...(env && { env }),
  }
}

/** What a command gave, large output by where it is stored. */
export function outputOf(result: ProcessResult): CommandOutput {
  const { code, signal, ended, isolation, stored } = result
  const { stdout = result.stdout, stderr = result.stderr } = stored ?? {}
  return { code, signal, stdout, stderr, ended, isolation }
}

/** Bytes that a command gave. */
export function bytesOf({ stdout, stderr }: CommandOutput): number {
  return lengthOf(stdout) + lengthOf(stderr)
}

function lengthOf(text: BashText): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : text.bytes
}

/** COMMAND_FAILED for a command that ended with a code other than 0. */
export function failureOf({ code, signal }: CommandOutput, name = 'The command'): Diagnostic | undefined {
  if (code === 0) return undefined
  const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with code ${code}`
  return {
    code: 'COMMAND_FAILED',
    severity: 'error',
    message: `${name} ${how}.`,
    hint: 'Read its output.',
  }
}

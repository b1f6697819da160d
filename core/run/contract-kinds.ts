import { existsSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digest } from '../base/key.ts'
import { HeddleError } from '../base/diagnostic.ts'
import type { Path } from '../vfs/path.ts'
import { defineOperation, type OperationContext, type OperationKind } from './operation.ts'
import { createWorkbench, type Workbench } from './workbench.ts'

/** What an operation of the executor contract does, in this order. Files of the machine are named by absolute paths. */
export interface ContractStep {
  /** A line for a file of the machine, so that tests see what was begun, and how often: the key and the attempt. */
  readonly note?: string
  readonly progress?: readonly string[]
  /** Milliseconds that it takes. */
  readonly waitMs?: number
  /** Has an effect outside: a file by its key in this folder of the machine; when it is there nothing more comes about. */
  readonly effect?: string
  /** Adds the text to a file. */
  readonly adds?: { readonly path: string; readonly text: string }
  readonly read?: string
  readonly list?: string
  readonly write?: Readonly<Record<string, string>>
  readonly remove?: string
  /** Waits until this file of the machine is there, or until it is told to stop; then it notes that. */
  readonly until?: string
  /** Fails with this code while the attempt is at most `times`; with HeddleError when `hint` is there. */
  readonly fails?: { readonly code: string; readonly times: number; readonly hint?: string }
  /** Gives this many bytes of text. */
  readonly bytes?: number
  /** Gives this instead of what it promises. */
  readonly gives?: unknown
  readonly givesNothing?: true
}

/** What such an operation gives: the text it read, names it listed, its key. */
export interface ContractStepOutput {
  readonly text: string | null
  readonly names: readonly string[] | null
  readonly key: string
  readonly digest: string | null
  readonly body?: string
}

const step = defineOperation<ContractStep, unknown>({
  kind: 'contract/step',
  description: 'One step of the executor contract',
  lane: 'io',
  effects: 'workspace',
  idempotent: false,
  input: (z) => z.custom<ContractStep>((value) => typeof value === 'object' && value !== null),
  output: (z) => z.looseObject({ key: z.string() }).or(z.undefined()),
  run: runStep,
})

const held = {
  ...step,
  kind: 'contract/held',
  binding: true,
  claims: () => ({ reads: ['a'], writes: ['a'] }),
}

const effect = {
  ...step,
  kind: 'contract/effect',
  effects: 'external' as const,
  lane: 'network' as const,
  claims: () => ({ reads: [], writes: [] }),
}

const kinds = new Map(
  [step, held, effect].map((kind) => [kind.kind, kind as unknown as OperationKind] as const),
)

/** The kinds of operation that the executor contract uses. */
export function contractKind(name: string): OperationKind | undefined {
  return kinds.get(name)
}

/** A workbench for a worker that the executor contract is run against. */
export function contractWorkbench(folder: string | null = null): Workbench {
  return createWorkbench({ kindOf: contractKind, folder })
}

async function runStep(input: ContractStep, context: OperationContext): Promise<unknown> {
  const { attempt, key } = context
  if (input.note !== undefined) await appendFile(input.note, `${key} ${attempt}\n`)
  for (const message of input.progress ?? []) context.progress(message)
  if (input.waitMs !== undefined) await new Promise((resolve) => setTimeout(resolve, input.waitMs))
  if (input.effect !== undefined) await haveEffect(input.effect, key)
  if (input.adds) {
    const { path, text } = input.adds
    await context.files.write(path as Path, `${(await textAt(context, path)) ?? ''}${text}`)
  }
  const text = input.read === undefined ? null : await textAt(context, input.read)
  const entries = input.list === undefined ? undefined : await context.files.list(input.list as Path)
  for (const [path, content] of Object.entries(input.write ?? {}))
    await context.files.write(path as Path, content)
  if (input.remove !== undefined) await context.files.remove(input.remove as Path)
  if (input.until !== undefined) await waitFor(input.until, input, context)
  if (input.fails && attempt <= input.fails.times) throw failureOf(input.fails)
  if (input.givesNothing) return undefined
  if ('gives' in input) return input.gives
  const body = input.bytes === undefined ? undefined : bodyOf(input.bytes)
  return {
    text,
    names: entries?.map(({ name }) => name) ?? null,
    key,
    digest: body === undefined ? null : digest(body),
    ...(body !== undefined && { body }),
  }
}

async function haveEffect(folder: string, key: string): Promise<void> {
  await writeFile(join(folder, `effect-${digest(key)}`), key, { flag: 'wx' }).catch(
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EEXIST') throw thrown
    },
  )
}

async function textAt({ files }: OperationContext, path: string): Promise<string | null> {
  if (!(await files.stat(path as Path))) return null
  return Buffer.from(await files.read(path as Path)).toString()
}

async function waitFor(
  file: string,
  { note }: ContractStep,
  { signal, key }: OperationContext,
): Promise<void> {
  while (!existsSync(file)) {
    if (signal.aborted) {
      if (note !== undefined) await appendFile(note, `${key} stopped\n`)
      throw new Error('stopped')
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function failureOf({ code, hint }: NonNullable<ContractStep['fails']>): Error {
  const message = `It failed with ${code}.`
  if (hint !== undefined) return new HeddleError({ code, severity: 'error', message, hint })
  return Object.assign(new Error(message), { code })
}

/** Text that no compression and no cut would leave as it is. */
export function bodyOf(bytes: number): string {
  const parts: string[] = []
  for (let at = 0, length = 0; length < bytes; at++) {
    const part = digest(String(at))
    parts.push(part)
    length += part.length
  }
  return parts.join('').slice(0, bytes)
}

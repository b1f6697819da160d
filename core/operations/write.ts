import { escapeGlob } from '../base/glob.ts'
import { defineOperation, type Operation } from '../run/operation.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'
import { toPath } from './text-file.ts'

export interface WriteInput {
  readonly path: string
  readonly text: string
}

export interface WriteOutput {
  readonly path: string
  readonly bytes: number
}

/** Writes a whole file; folders on the way are made. */
export function write(input: WriteInput, options?: OperationOptions): Operation {
  return asOperation('write', input, options)
}

/** The kind behind `write`. */
export const writeKind = defineOperation<WriteInput, WriteOutput>({
  kind: 'write',
  tool: 'Write',
  description: 'Writes a whole text file, and makes the folders on the way',
  lane: 'io',
  effects: 'workspace',
  idempotent: true,
  input: (z) => z.strictObject({ path: z.string().min(1), text: z.string() }),
  output: (z) => z.strictObject({ path: z.string(), bytes: z.number() }),
  binding: true,
  claims: ({ path }) => ({ reads: [], writes: [escapeGlob(toPath(path))] }),
  async run({ path, text }, { files }) {
    await files.write(toPath(path), text)
    return { path, bytes: Buffer.byteLength(text) }
  },
  quality: (_, { bytes }) => ({ expected: bytes, analysed: bytes, truncated: false }),
})

import { escapeGlob } from '../base/glob.ts'
import { defineOperation, type Operation } from '../run/operation.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'
import { readText, toPath } from './text-file.ts'

export interface ReadInput {
  readonly path: string
  /** The first line wanted, counted from 1. */
  readonly offset?: number | undefined
  /** How many lines; all that follow when left out. */
  readonly limit?: number | undefined
}

export interface ReadOutput {
  readonly path: string
  readonly text: string
  /** Lines in the whole file. */
  readonly lines: number
  /** Bytes of the whole file. */
  readonly bytes: number
}

/** Reads a text file: whole, or the lines asked for. */
export function read(input: string | ReadInput, options?: OperationOptions): Operation {
  return asOperation('read', typeof input === 'string' ? { path: input } : input, options)
}

/** The kind behind `read`. */
export const readKind = defineOperation<ReadInput, ReadOutput>({
  kind: 'read',
  tool: 'Read',
  description: 'Reads a text file, whole or the lines asked for',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) =>
    z.strictObject({
      path: z.string().min(1),
      offset: z.int().min(1).optional(),
      limit: z.int().min(1).optional(),
    }),
  output: (z) => z.strictObject({ path: z.string(), text: z.string(), lines: z.number(), bytes: z.number() }),
  binding: true,
  claims: ({ path }) => ({ reads: [escapeGlob(toPath(path))], writes: [] }),
  async run({ path, offset, limit }, { files }) {
    const { text, bytes } = await readText(files, toPath(path))
    const starts = lineStarts(text)
    if (offset === undefined && limit === undefined) return { path, text, lines: starts.length, bytes }
    const first = (offset ?? 1) - 1
    const from = starts[first] ?? text.length
    const to = limit === undefined ? text.length : (starts[first + limit] ?? text.length)
    return { path, text: text.slice(from, to), lines: starts.length, bytes }
  },
  quality: ({ offset, limit }, { text, bytes }) => {
    const whole = offset === undefined && limit === undefined
    const analysed = whole ? bytes : Buffer.byteLength(text)
    return { expected: analysed, analysed, truncated: false }
  },
})

/** Where each line starts; an ending at the end of the text starts none. */
function lineStarts(text: string): number[] {
  const starts = text === '' ? [] : [0]
  for (let at = text.indexOf('\n'); at >= 0 && at + 1 < text.length; at = text.indexOf('\n', at + 1))
    starts.push(at + 1)
  return starts
}

import { fail } from '../base/diagnostic.ts'
import { escapeGlob } from '../base/glob.ts'
import { defineOperation, type Operation } from '../run/operation.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'
import { readText, toPath } from './text-file.ts'

export interface EditInput {
  readonly path: string
  /** What stands there now, exactly; once, unless `all` is true. */
  readonly old: string
  readonly new: string
  readonly all?: boolean | undefined
}

export interface EditOutput {
  readonly path: string
  readonly replaced: number
  readonly bytes: number
}

/** Replaces text in a file, exactly as it stands there. */
export function edit(input: EditInput, options?: OperationOptions): Operation {
  return asOperation('edit', input, options)
}

/** The kind behind `edit`. Fails with EDIT_NO_MATCH, or EDIT_AMBIGUOUS when the text stands there more than once. */
export const editKind = defineOperation<EditInput, EditOutput>({
  kind: 'edit',
  tool: 'Edit',
  description: 'Replaces text in a file, exactly as it stands there',
  lane: 'io',
  effects: 'workspace',
  idempotent: false,
  input: (z) =>
    z.strictObject({
      path: z.string().min(1),
      old: z.string().min(1),
      new: z.string(),
      all: z.boolean().optional(),
    }),
  output: (z) => z.strictObject({ path: z.string(), replaced: z.number(), bytes: z.number() }),
  binding: true,
  claims({ path }) {
    const claim = [escapeGlob(toPath(path))]
    return { reads: claim, writes: claim }
  },
  async run(input, { files }) {
    const parts = (await readText(files, toPath(input.path))).text.split(input.old)
    const found = parts.length - 1
    if (found === 0) {
      fail(
        'EDIT_NO_MATCH',
        `"${shorten(input.old)}" does not stand in "${input.path}".`,
        'Copy the text exactly, white space included.',
      )
    }
    if (found > 1 && !input.all) {
      fail(
        'EDIT_AMBIGUOUS',
        `"${shorten(input.old)}" stands ${found} times in "${input.path}".`,
        'Give more of the text around it, or set all.',
      )
    }
    const text = parts.join(input.new)
    await files.write(toPath(input.path), text)
    return { path: input.path, replaced: found, bytes: Buffer.byteLength(text) }
  },
  quality: (_, { replaced }) => ({ expected: replaced, analysed: replaced, truncated: false }),
})

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}

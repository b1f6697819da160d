import { fail } from '../base/diagnostic.ts'
import { escapeGlob } from '../base/glob.ts'
import { defineOperation, type Operation } from '../run/operation.ts'
import type { EntryType } from '../vfs/file-system.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'
import { toPath } from './text-file.ts'

export interface ListInput {
  /** A folder; the root when left out. */
  readonly path?: string | undefined
}

export interface ListOutput {
  readonly path: string
  /** Sorted by name. */
  readonly entries: readonly { readonly name: string; readonly type: EntryType }[]
}

/** Lists one folder. */
export function list(input: string | ListInput = {}, options?: OperationOptions): Operation {
  return asOperation('list', typeof input === 'string' ? { path: input } : input, options)
}

/** The kind behind `list`. Fails with NOT_FOUND when there is no such folder. */
export const listKind = defineOperation<ListInput, ListOutput>({
  kind: 'list',
  tool: 'LS',
  description: 'Lists the names in a folder',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) => z.strictObject({ path: z.string().optional() }),
  output: (z) =>
    z.strictObject({
      path: z.string(),
      entries: z.array(
        z.strictObject({ name: z.string(), type: z.enum(['file', 'directory', 'link', 'other']) }),
      ),
    }),
  binding: true,
  claims: ({ path = '' }) => ({ reads: [escapeGlob(toPath(path))], writes: [] }),
  async run({ path = '' }, { files }) {
    const entries = await files.list(toPath(path))
    if (!entries) fail('NOT_FOUND', `"${path}" does not exist.`, 'Name a folder of the project.')
    return { path, entries: entries.map(({ name, type }) => ({ name, type })) }
  },
  quality: (_, { entries }) => ({ expected: entries.length, analysed: entries.length, truncated: false }),
})

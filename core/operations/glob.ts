import { defineOperation, type Operation } from '../run/operation.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'
import { claimsOf, type FileQuery, findFiles } from './find-files.ts'

export interface GlobInput {
  readonly pattern?: string | undefined
  readonly patterns?: readonly string[] | undefined
  /** The folder that the patterns are relative to; the root when left out. */
  readonly path?: string | undefined
  /** Patterns of files to leave out. */
  readonly ignore?: readonly string[] | undefined
}

export interface GlobOutput {
  /** Relative to the root, sorted. */
  readonly files: readonly string[]
  /** Folders that could not be looked into. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
}

/** Finds files by patterns. */
export function glob(input: string | GlobInput, options?: OperationOptions): Operation {
  return asOperation('glob', typeof input === 'string' ? { pattern: input } : input, options)
}

/**
 * The kind behind `glob`. Leaves out `.git`, `node_modules` and what `.gitignore` files hide; fails with GLOB_LIMIT for
 * patterns that could take for ever.
 */
export const globKind = defineOperation<GlobInput, GlobOutput>({
  kind: 'glob',
  tool: 'Glob',
  description: 'Finds files by patterns',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) =>
    z
      .strictObject({
        pattern: z.string().min(1).optional(),
        patterns: z.array(z.string().min(1)).min(1).optional(),
        path: z.string().optional(),
        ignore: z.array(z.string().min(1)).optional(),
      })
      .refine(({ pattern, patterns }) => (pattern === undefined) !== (patterns === undefined), {
        path: ['pattern'],
        message: 'expected either "pattern" or "patterns"',
      }),
  output: (z) =>
    z.strictObject({
      files: z.array(z.string()),
      skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
    }),
  binding: true,
  claims: (input) => claimsOf(queryOf(input)),
  async run(input, { files, signal }) {
    const found = await findFiles(files, queryOf(input), signal)
    return { files: [...found.files], skipped: [...found.skipped] }
  },
  quality: (_, { files, skipped }) => ({
    expected: files.length + skipped.length,
    analysed: files.length,
    truncated: skipped.length > 0,
  }),
})

function queryOf({ pattern, patterns = [pattern!], path, ignore }: GlobInput): FileQuery {
  return { patterns, path, ignore }
}

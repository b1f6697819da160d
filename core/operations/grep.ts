import { defineOperation, type Operation } from '../run/operation.ts'
import type { Files } from '../vfs/file-system.ts'
import type { Path } from '../vfs/path.ts'
import { claimsOf, type FileQuery, findFiles } from './find-files.ts'
import type { TextMatch } from './match-text.ts'
import { openMatcher } from './matcher.ts'
import { asOperation, type OperationOptions } from './operation-options.ts'
import { type SearchedFile, searchFiles } from './search-files.ts'
import { toPath } from './text-file.ts'

export interface GrepInput {
  /** A regular expression of JavaScript. */
  readonly pattern: string
  /** A folder or a file; the root when left out. */
  readonly path?: string | undefined
  /** Globs of the files to search, from `path`; all when left out. */
  readonly glob?: string | readonly string[] | undefined
  readonly ignoreCase?: boolean | undefined
  readonly outputMode?: 'content' | 'files-with-matches' | 'count' | undefined
  /** Lines to give before and after each match. */
  readonly context?: number | undefined
  /** True lets a match span lines. */
  readonly multiline?: boolean | undefined
}

export interface GrepMatch extends TextMatch {
  readonly path: string
}

export interface GrepOutput {
  /** Every match in order of path and place; empty in the other modes. */
  readonly matches: readonly GrepMatch[]
  /** Files with a match, sorted. */
  readonly files: readonly string[]
  /** Matches by file. */
  readonly counts: Readonly<Record<string, number>>
  readonly total: number
  /** Files searched. */
  readonly searched: number
  /** Files and folders that were not searched, and why: BINARY, TOO_LARGE, … */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
}

/** Searches files for a regular expression; what git ignores is left out. */
export function grep(input: GrepInput, options?: OperationOptions): Operation {
  return asOperation('grep', input, options)
}

export const grepKind = defineOperation<GrepInput, GrepOutput>({
  kind: 'grep',
  tool: 'Grep',
  description: 'Searches files for a regular expression; every match, nothing cut.',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) =>
    z.strictObject({
      pattern: z.string().min(1).max(10_000),
      path: z.string().optional(),
      glob: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
      ignoreCase: z.boolean().optional(),
      outputMode: z.enum(['content', 'files-with-matches', 'count']).optional(),
      context: z.number().int().min(0).max(100).optional(),
      multiline: z.boolean().optional(),
    }),
  output: (z) =>
    z.object({
      matches: z.array(
        z.object({
          path: z.string(),
          line: z.number(),
          column: z.number(),
          text: z.string(),
          before: z.array(z.string()).optional(),
          after: z.array(z.string()).optional(),
        }),
      ),
      files: z.array(z.string()),
      counts: z.record(z.string(), z.number()),
      total: z.number(),
      searched: z.number(),
      skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
    }),
  binding: true,
  claims: (input) => {
    const inFolder = claimsOf(queryOf(input))
    // `path` may turn out to be a file, which is then all that is read.
    return input.path === undefined
      ? inFolder
      : { ...inFolder, reads: [...inFolder.reads!, ...claimsOf({ patterns: [input.path] }).reads!] }
  },
  async run(input, { files, signal }) {
    const { pattern, ignoreCase = false, multiline = false, context = 0 } = input
    const matcher = openMatcher(pattern, { ignoreCase, multiline, context }, signal)
    try {
      const found = await filesOf(files, input, signal)
      const searched = await searchFiles(files, found.files, { matcher, signal })
      return summarise(searched, found.skipped, input.outputMode ?? 'content')
    } finally {
      await matcher.close()
    }
  },
  quality: (_, { searched, skipped }) => ({
    expected: searched + skipped.length,
    analysed: searched,
    truncated: false,
  }),
})

function queryOf({ path, glob = '**' }: GrepInput): FileQuery {
  return { patterns: [glob].flat(), path }
}

async function filesOf(files: Files, input: GrepInput, signal: AbortSignal): ReturnType<typeof findFiles> {
  const path = toPath(input.path ?? '')
  const isFile = path !== '' && (await files.stat(path))?.type === 'file'
  return isFile ? { files: [path], skipped: [] } : findFiles(files, queryOf(input), signal)
}

function summarise(
  searched: readonly SearchedFile[],
  notLooked: GrepOutput['skipped'],
  mode: NonNullable<GrepInput['outputMode']>,
): GrepOutput {
  const hits: { path: Path; matches: readonly TextMatch[] }[] = []
  const skipped = [...notLooked]
  for (const { path, matches, reason } of searched) {
    if (reason !== undefined) skipped.push({ path, reason })
    else if (matches.length > 0) hits.push({ path, matches })
  }
  return {
    matches:
      mode === 'content'
        ? hits.flatMap(({ path, matches }) => matches.map((match) => ({ path, ...match })))
        : [],
    files: hits.map(({ path }) => path),
    counts: Object.fromEntries(hits.map(({ path, matches }) => [path, matches.length])),
    total: hits.reduce((sum, { matches }) => sum + matches.length, 0),
    searched: searched.length - (skipped.length - notLooked.length),
    skipped,
  }
}

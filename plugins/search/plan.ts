import { defineGroup, glob, grep, type Group, type Outcome, type Planning, sourceEndings } from 'heddle'
import { faultOf, findingsOf } from './findings.ts'
import { type Match, rank } from './rank.ts'
import type { SearchResult } from './result.ts'

interface GrepOutput {
  readonly matches: readonly Match[]
  readonly skipped: readonly (string | { readonly path: string })[]
}

interface GlobOutput {
  readonly files: readonly string[]
}

/**
 * One group: searches the text of the project and lists its sources at once. The argument `query` is a regular expression,
 * `glob` narrows the files. A query that cannot be searched for is reported, and nothing runs.
 */
export function planSearch(planning: Planning): readonly Group[] {
  const { query = '', glob: files } = planning.arguments
  const fault = faultOf(query)
  if (fault) {
    planning.report(fault)
    return []
  }
  return [
    defineGroup<SearchResult>({
      name: 'hits',
      operations: [
        grep(
          { pattern: query, outputMode: 'content', ...(files ? { glob: files } : {}) },
          { name: 'content' },
        ),
        glob({ patterns: [`**/*.{${sourceEndings.join(',')}}`] }, { name: 'sources' }),
      ],
      synthesise: (outcomes, context) => {
        const found = outputOf(outcomes, 'content') as GrepOutput | undefined
        const sources = outputOf(outcomes, 'sources') as GlobOutput | undefined
        const result = rank({
          query,
          glob: files ?? null,
          matches: found?.matches ?? [],
          sources: sources?.files ?? null,
          skipped: (found?.skipped ?? []).map((file) => (typeof file === 'string' ? file : file.path)),
          complete: found !== undefined && sources !== undefined,
        })
        for (const finding of findingsOf(result)) context.report(finding)
        return result
      },
    }),
  ]
}

function outputOf(outcomes: readonly Outcome[], name: string): unknown {
  const outcome = outcomes.find((one) => one.name === name && one.status === 'done')
  return outcome?.output
}

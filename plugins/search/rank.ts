import { findNamedTests, isTestPath, languageOf } from 'heddle'
import type { FileHits, Hit, HitCategory, SearchResult } from './result.ts'
import { summaryOf } from './summary.ts'

/** One match as the grep operation gives it. */
export interface Match {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly text: string
}

export interface Gathered {
  readonly query: string
  readonly glob: string | null
  readonly matches: readonly Match[]
  /** Every source file of the project; null when it could not be listed. */
  readonly sources: readonly string[] | null
  readonly skipped: readonly string[]
  readonly complete: boolean
}

const order: Readonly<Record<HitCategory, number>> = {
  definition: 0,
  source: 1,
  other: 2,
  test: 3,
  documentation: 4,
}

/** Merges matches, names what kind of place each stands at, and puts them in an order that depends on nothing else. */
export function rank({ query, glob, matches, sources, skipped, complete }: Gathered): SearchResult {
  const hits = unique(matches)
  const files = countByFile(hits)
  const counts = new Map(files.map(({ path, hits }) => [path, hits]))
  const result = {
    query,
    glob,
    complete,
    total: hits.length,
    hits: hits.toSorted(
      (a, b) =>
        order[a.category] - order[b.category] ||
        counts.get(b.path)! - counts.get(a.path)! ||
        comparePath(a.path, b.path) ||
        a.line - b.line ||
        a.column - b.column,
    ),
    files,
    hotFiles: findHot(files),
    untested: sources === null ? null : findUntested(files, sources),
    skipped: skipped.toSorted(),
  }
  return { summary: summaryOf(result), ...result }
}

/** One hit for each place, however often it was given. */
function unique(matches: readonly Match[]): Hit[] {
  const byPlace = new Map<string, Match>()
  for (const match of matches) byPlace.set(`${match.line}:${match.column}:${match.path}`, match)
  return Array.from(byPlace.values(), (match) => {
    const { path, line, column, text } = match
    return { path, line, column, text, category: categoryOf(match) }
  })
}

function categoryOf(match: Match): HitCategory {
  if (isTestPath(match.path)) return 'test'
  if (/\.(?:mdx?|markdown|rst|adoc|txt)$/i.test(match.path)) return 'documentation'
  if (languageOf(match.path) === undefined) return 'other'
  return isDefinition(match) ? 'definition' : 'source'
}

const declaration =
  /^\s*(?:(?:export|default|declare|abstract|pub(?:\([^)]*\))?|public|protected|private|static|final|async|unsafe) )*(?:function\*?|class|interface|type|enum|namespace|const|let|var|def|fn|func|struct|trait|record|module|mod) +(?:\([^)]*\) *)?([\p{L}_$][\p{L}\p{N}_$]*)/u

/** True when the match begins before the end of the name that its line declares. */
function isDefinition({ text, column }: Match): boolean {
  const found = declaration.exec(text)
  return found !== null && column - 1 < found[0].length
}

function countByFile(hits: readonly Hit[]): FileHits[] {
  const counts = new Map<string, number>()
  for (const { path } of hits) counts.set(path, (counts.get(path) ?? 0) + 1)
  return [...counts]
    .map(([path, hits]) => ({ path, hits }))
    .toSorted((a, b) => b.hits - a.hits || comparePath(a.path, b.path))
}

function findHot(files: readonly FileHits[]): string[] {
  const total = files.reduce((sum, { hits }) => sum + hits, 0)
  return files.filter(({ hits }) => hits >= 3 && hits * files.length >= 2 * total).map(({ path }) => path)
}

function findUntested(files: readonly FileHits[], sources: readonly string[]): string[] {
  const tests = findNamedTests(sources)
  return files
    .map(({ path }) => path)
    .filter((path) => languageOf(path) !== undefined && !isTestPath(path) && !tests.has(path))
    .toSorted()
}

function comparePath(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

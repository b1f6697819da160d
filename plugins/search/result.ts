/** Where a hit stands: on the line that declares what matched, or by the kind of its file. */
export type HitCategory = 'definition' | 'source' | 'other' | 'test' | 'documentation'

/** One match; line and column are 1-based, columns in UTF-16 units. */
export interface Hit {
  readonly path: string
  readonly line: number
  readonly column: number
  /** The whole line. */
  readonly text: string
  readonly category: HitCategory
}

export interface FileHits {
  readonly path: string
  readonly hits: number
}

/** What the pattern `search` finds. */
export interface SearchResult {
  /** What a person reads first: the best hits. */
  readonly summary: readonly string[]
  readonly query: string
  readonly glob: string | null
  /** False when a part of the search failed: there may be more hits. */
  readonly complete: boolean
  readonly total: number
  /** Best first: definitions, source, other files, tests, documentation; then files with more hits; then path and line. */
  readonly hits: readonly Hit[]
  /** Every file with a hit, most hits first, then by path. */
  readonly files: readonly FileHits[]
  /** The files that hold unusually many of the hits: at least three, and twice the average of a file with hits. */
  readonly hotFiles: readonly string[]
  /** Source files with a hit that no test carries the name of; null when the project could not be listed. */
  readonly untested: readonly string[] | null
  /** Files that were not searched: binary, unreadable. */
  readonly skipped: readonly string[]
}

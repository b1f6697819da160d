/** A link of a document that leads nowhere. */
export interface DeadLink {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly target: string
  /** What was probably meant; null when nothing is near. */
  readonly suggestion: string | null
}

/** A path or a name in backquotes that the project no longer has. */
export interface StaleName {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly name: string
  readonly kind: 'path' | 'symbol'
}

/** An export that nobody says a word about: no comment before it, no document that names it. */
export interface UndocumentedExport {
  readonly path: string
  readonly line: number
  readonly name: string
}

/** A change that is proposed and not made: a patch that `git apply` takes. */
export interface ProposedIndex {
  readonly path: string
  readonly patch: string
}

/** What the pattern `docs` finds out about a project's documentation. */
export interface DocsResult {
  /** What a person reads first. */
  readonly summary: readonly string[]
  readonly documents: number
  readonly deadLinks: readonly DeadLink[]
  readonly stale: readonly StaleName[]
  readonly undocumented: readonly UndocumentedExport[]
  /** The share of exports that somebody says a word about, 0 to 1; null when there is none. */
  readonly documented: number | null
  readonly index: ProposedIndex | null
  /** Files that could not be read, so that nothing of them is known. */
  readonly unread: readonly string[]
}

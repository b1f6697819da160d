/** Something that is asked for, and where it is said. */
export interface Statement {
  readonly text: string
  /** The document, or `request` for what was typed. */
  readonly from: string
  readonly line: number
}

/** How strongly a requirement is meant: `must` and `shall`, `should`, `may`, or a plain point of a list. */
export interface Requirement extends Statement {
  readonly strength: 'must' | 'should' | 'may' | 'said'
}

/** A condition under which the feature is done, and the words by which it is looked for. */
export interface Criterion extends Statement {
  readonly done: boolean
}

/** A file that the feature will touch, and why that is thought. */
export interface TouchedFile {
  readonly path: string
  /** Terms of the request that stand in it. */
  readonly terms: readonly string[]
  readonly tests: readonly string[]
}

/** What `feature` gives before anyone builds: what is asked, what is open, what it touches, and all that an agent needs. */
export interface FeatureResult {
  readonly summary: readonly string[]
  readonly request: string
  readonly requirements: readonly Requirement[]
  readonly criteria: readonly Criterion[]
  /** What nobody can build from: vague words and questions. */
  readonly questions: readonly (Statement & { readonly because: string })[]
  readonly terms: readonly string[]
  readonly touches: readonly TouchedFile[]
  /** Paths that the request or its documents name, and whether they are there. */
  readonly named: readonly { readonly path: string; readonly exists: boolean }[]
  /** Modules of the framework that speak of the same. */
  readonly modules: readonly string[]
  readonly steps: readonly string[]
  /** The complete text for an agent, and its estimated tokens. */
  readonly context: { readonly text: string; readonly tokens: number }
  /** What a configured agent did; null when none is configured. */
  readonly agent: { readonly status: string; readonly code: number | null } | null
  readonly unread: readonly string[]
}

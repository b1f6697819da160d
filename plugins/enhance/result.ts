/** One thing that can be improved, with every place of it. */
export interface Improvement {
  /** The code of its findings. */
  readonly rule: string
  readonly what: string
  readonly hint: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly places: readonly { readonly path: string; readonly line: number }[]
}

/** What `enhance` gives. */
export interface EnhanceResult {
  readonly summary: readonly string[]
  /** What was asked for; empty for everything. */
  readonly path: string
  /** What weighs most first. */
  readonly improvements: readonly Improvement[]
  /** Operations that did not come to their end. */
  readonly unread: readonly string[]
}

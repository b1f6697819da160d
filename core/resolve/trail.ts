import type { LayerName, ReferenceClass } from './layers.ts'

/** A way to look for what a reference names; the first four resolve, the last two are searches. */
export type Rung = 'alias' | 'relative' | 'home' | 'repository' | 'category' | 'ending'

export type ResolutionStatus = 'resolved' | 'searched' | 'missing' | 'ambiguous' | 'outside'

/** One place that was looked at. */
export interface Try {
  readonly rung: Rung
  readonly layer: LayerName
  /** As people see it: relative to the root, other layers with their label. */
  readonly path: string
  readonly found: boolean
}

/** What the author probably meant; `confidence` from 0 to 1. For an alias the path is written as an alias. */
export interface Suggestion {
  readonly path: string
  readonly confidence: number
}

/** How a reference ended, and every place that was tried on the way. */
export interface Resolution {
  /** Null for external references, which are not looked up. */
  readonly status: ResolutionStatus | null
  readonly class: ReferenceClass
  /** The file or folder found, as people see it. */
  readonly to: string | null
  readonly layer: LayerName | null
  readonly rung: Rung | null
  /** The plugin that answered, when it was not the ladder. */
  readonly plugin: string | null
  readonly suggestion: Suggestion | null
  /** In what alone the suggested file differs from what is written: some systems find it, others do not. */
  readonly differs: 'case' | 'unicode' | null
  /** True for what leaves the root through a link, not by how it is written. */
  readonly throughLink: boolean
  /** All files that fit, when there are several. */
  readonly candidates: readonly string[]
  readonly tried: readonly Try[]
  /** What to do about it, where status and suggestion do not tell. */
  readonly hint: string | null
}

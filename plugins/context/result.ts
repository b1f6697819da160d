import type { Context } from 'heddle'

/** What the pattern `context` makes of a request. */
export interface ContextResult extends Omit<Context, 'diagnostics'> {
  /** What a person reads first. */
  readonly summary: readonly string[]
  /** What was composed: as asked for, or what the project has to begin with. */
  readonly references: readonly string[]
  /** The names directly below the root. */
  readonly structure: readonly string[]
  /** Ids of sources that could not be read while it ran; their text is that of the plan. */
  readonly unread: readonly string[]
  /** False when a reference leads nowhere, or a source has no text. */
  readonly referencesFound: boolean
  /** False when the budget cut something of what was asked for. */
  readonly askedIsWhole: boolean
}

/** Options of the plugin. */
export interface TddOptions {
  /** The least share of covered lines, 0 to 1. */
  readonly threshold: number
  /** Milliseconds after which a run of the tests is ended. */
  readonly limitMs: number
}

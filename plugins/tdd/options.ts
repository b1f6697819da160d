/** Options of the plugin. */
export interface TddOptions {
  /** The least share of covered lines, 0 to 1; what the modules of the command say when left out. */
  readonly threshold?: number | undefined
  /** Milliseconds after which a run of the tests is ended. */
  readonly limitMs: number
}

/** Text that stands in several modules; lines are where it begins. */
export interface SharedText {
  readonly places: readonly { readonly path: string; readonly line: number }[]
  /** What all copies but one cost: characters / 4, an estimate. */
  readonly tokens: number
  /** Its first words. */
  readonly start: string
}

/** What a command costs with all that it refers to. */
export interface CommandCost {
  readonly command: string
  readonly path: string
  readonly modules: number
  readonly tokens: number
  /** The most expensive of these modules. */
  readonly largest: { readonly path: string; readonly tokens: number }
}

/** A number in prose that the framework does not bear out. */
export interface FalseClaim {
  readonly path: string
  readonly line: number
  readonly text: string
  readonly claimed: number
  readonly actual: number
  readonly what: string
}

/** One thing to repair. */
export interface Repair {
  readonly action: string
  /** Tokens that it saves; 0 when it mends something else. */
  readonly gain: number
  /** What to type to see more, or to do it; the words of a command line. */
  readonly command: readonly string[]
}

/** What the pattern `meta` finds out about a framework. */
export interface MetaResult {
  /** What a person reads first. */
  readonly summary: readonly string[]
  readonly modules: number
  readonly tokens: number
  readonly orphans: readonly { readonly path: string; readonly tokens: number }[]
  readonly cycles: readonly (readonly string[])[]
  readonly broken: readonly { readonly path: string; readonly line: number; readonly text: string }[]
  readonly shared: readonly SharedText[]
  /** Most expensive first. */
  readonly costs: readonly CommandCost[]
  readonly claims: readonly FalseClaim[]
  /** What is wrong first, then what saves most. */
  readonly repairs: readonly Repair[]
  /** Modules that could not be read, so that copies and claims in them are not seen. */
  readonly unread: readonly string[]
}

/** How much work a request asks for. */
export type Complexity = 'simple' | 'moderate' | 'complex'

/** A command that would serve as well, or nearly. */
export interface Alternative {
  readonly command: string
  /** 0 to 1, of the same measure as that of the choice. */
  readonly confidenceScore: number
  readonly reason: string
}

/** The command that serves a request, and why. */
export interface RoutingDecision {
  /** What a person reads first. */
  readonly summary: readonly string[]
  readonly request: string
  /** Null when nothing fits: a wrong command costs more than a question. */
  readonly recommendedCommand: string | null
  /** What to type; null when nothing fits. */
  readonly invocation: readonly string[] | null
  /** 0 to 1: how much of the evidence speaks for the choice rather than for the next best. */
  readonly confidenceScore: number
  /** False when a look at the project failed, so that the choice rests on the request alone. */
  readonly parallelAnalysisComplete: boolean
  readonly complexity: Complexity
  readonly rationale: readonly string[]
  /** Best first. */
  readonly alternatives: readonly Alternative[]
}

/** What is known of the project; null for what could not be looked at. */
export interface ProjectSignals {
  readonly todos: number | null
  readonly tests: number | null
  readonly sources: number | null
  readonly configurations: number | null
  readonly documents: number | null
}

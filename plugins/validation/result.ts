/** The four families of checks, in the order of the report. */
export const families = ['testing', 'linting', 'types', 'security'] as const

export type Family = (typeof families)[number]

/**
 * How a check ended. `empty`: it ended well and had nothing to test. `missing`: its program is not installed. `skipped`: it
 * did not get to run. None of these three has passed.
 */
export type CheckStatus = 'passed' | 'failed' | 'empty' | 'missing' | 'timed-out' | 'cancelled' | 'skipped'

/** What the output of a check says in short; the whole output stands in the operation's outcome. */
export interface Summary {
  /** Tests that passed and failed; null when the output does not tell. */
  readonly passed: number | null
  readonly failed: number | null
  /** The last lines of the output. */
  readonly text: string
}

/** One check of the project and how it ended. */
export interface Check {
  readonly family: Family
  /** As a person would type it: `npm run lint`. */
  readonly command: string
  /** The manifest that names it. */
  readonly manifest: string
  readonly status: CheckStatus
  /** The exit code; null when the check did not run or a signal ended it. */
  readonly code: number | null
  readonly ranMs: number
  readonly summary: Summary
}

/** One thing that a tool found at a place of the project. */
export interface ToolFinding {
  readonly family: Family
  /** The check that found it. */
  readonly command: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** The tool's own name of the rule; null when it gives none. */
  readonly rule: string | null
  readonly path: string
  readonly line: number
  readonly column: number
}

/** One thing to do; the list is ranked, what blocks first. */
export interface Recommendation {
  readonly family: Family
  readonly action: string
  readonly reason: string
}

/** What the pattern `validation` finds out about a project. */
export interface ValidationResult {
  readonly checks: Readonly<Record<Family, readonly Check[]>>
  /** True: all checks of the family passed. False: one failed or timed out. Null: there was none, or one did not run. */
  readonly passed: Readonly<Record<Family, boolean | null>>
  /** Each place and message once, in the order of the checks and of their outputs. */
  readonly findings: readonly ToolFinding[]
  readonly recommendations: readonly Recommendation[]
}

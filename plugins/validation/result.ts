import type { Found } from './formats/format.ts'

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
  /** Tests that passed, failed and were skipped; null when the output does not tell. */
  readonly passed: number | null
  readonly failed: number | null
  readonly skipped: number | null
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
  /** The signal that ended it; null when it ended by itself. */
  readonly signal: string | null
  readonly ranMs: number
  readonly summary: Summary
}

/** One thing that a tool found, in a file of the project or, where `path` is null, in something that it uses. */
export interface ToolFinding extends Found {
  readonly family: Family
  /** The check that found it. */
  readonly command: string
}

/** How far the tests reach, from a report that this run wrote. */
export interface CoverageVerdict {
  /** The report. */
  readonly source: string
  /** Lines. */
  readonly covered: number
  readonly total: number
  /** 0 to 100. */
  readonly percent: number
  readonly threshold: number
  /** The files with the most lines that no test reaches, at most ten. */
  readonly lowest: readonly { readonly path: string; readonly uncovered: number; readonly percent: number }[]
}

/** One thing to do; the list is ranked, what blocks first. */
export interface Recommendation {
  readonly family: Family
  readonly action: string
  readonly reason: string
}

/** What the pattern `validation` finds out about a project. */
export interface ValidationResult {
  /** What a person reads first: the recommendations in words. */
  readonly summary: readonly string[]
  readonly checks: Readonly<Record<Family, readonly Check[]>>
  /** True: all checks of the family passed. False: one failed or timed out. Null: there was none, or one did not run. */
  readonly passed: Readonly<Record<Family, boolean | null>>
  /** Null when no check of this run wrote a report of it: an older report is not believed. */
  readonly coverage: CoverageVerdict | null
  /** Each place and message once, in the order of the checks and of their outputs. */
  readonly findings: readonly ToolFinding[]
  /** How many there are besides: of each check at most 10 000 are kept. */
  readonly moreFindings: number
  /** Checks whose output could not be read to its end, and reports that could not be read or are older than the run. */
  readonly unread: readonly { readonly what: string; readonly why: 'damaged' | 'stale' }[]
  readonly recommendations: readonly Recommendation[]
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { GateReport, GroupReport, Outcome, RunStatus, Timing } from './report.ts'

export interface VerdictParts {
  readonly cancelled: boolean
  readonly groups: readonly GroupReport[]
  readonly gates: readonly GateReport[]
  /** False when planning, growing, a synthesis or a gate could not do its work. */
  readonly complete: boolean
  /** What was found before anything ran. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The status of a run: a run that left anything out, or did nothing at all, is never `passed`. */
export function judgeRun({ cancelled, groups, gates, complete, diagnostics }: VerdictParts): RunStatus {
  if (cancelled) return 'cancelled'
  const failed = gates.filter(({ status }) => status === 'failed')
  if (failed.some(({ severity }) => severity === 'blocking')) return 'failed'
  const isWhole =
    complete &&
    failed.every(({ severity }) => severity === 'warning') &&
    diagnostics.every(({ severity }) => severity !== 'error') &&
    groups.some(({ operations }) => operations.length > 0) &&
    groups.every(({ operations }) => operations.every(isFine))
  return isWhole ? 'passed' : 'partial'
}

/** Done, or not wanted in the first place. */
function isFine({ status, error }: Outcome): boolean {
  return status === 'done' || (status === 'skipped' && error?.code === 'NOT_WANTED')
}

/**
 * The figures of a run. The critical path is the longest chain of operations that had to wait for each other: through
 * needed groups, conflicting claims, and growth.
 */
export function timingOf(wallMs: number, groups: readonly GroupReport[], criticalPathMs: number): Timing {
  let serialMs = 0
  for (const { operations } of groups) for (const { ranMs } of operations) serialMs += ranMs
  return { wallMs, serialMs, criticalPathMs, reduction: serialMs > 0 ? 1 - wallMs / serialMs : 0 }
}

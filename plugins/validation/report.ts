import type { Found, LineCoverage, TestCounts } from './formats/format.ts'

/**
 * What stands in a report. `stale`: it was there before the checks ran and none of them wrote it again, so it tells of another
 * run, and nothing of it is taken.
 */
export interface ReadReport {
  readonly path: string
  readonly status: 'fresh' | 'stale' | 'unreadable'
  readonly coverage: readonly LineCoverage[]
  readonly tests: TestCounts | null
  readonly findings: readonly Found[]
}

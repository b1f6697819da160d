import { defineOperation, type Files, type Operation, type Path } from 'heddle'
import type { Found, LineCoverage, TestCounts } from './formats/format.ts'

/** Where checks leave their reports, the most detailed kind first. */
const places: readonly string[] = [
  'coverage/lcov.info',
  'lcov.info',
  'coverage.lcov',
  'coverage/cobertura-coverage.xml',
  'coverage/coverage.xml',
  'coverage.xml',
  'cobertura.xml',
  'junit.xml',
  'test-results/junit.xml',
  'reports/junit.xml',
  'test-results.xml',
  'results.sarif',
]

/** A place for a report, and when the file there was last written before the checks ran; null when there was none. */
export interface ExpectedReport {
  readonly path: string
  readonly before: number | null
}

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

interface ReportsInput {
  readonly reports: readonly ExpectedReport[]
  readonly folder: string
}

/** The places where reports may come to stand, as they are now. */
export async function expectReports(files: Files, more: readonly string[]): Promise<ExpectedReport[]> {
  const paths = [...new Set([...more, ...places])]
  const stats = await Promise.all(paths.map((path) => files.stat(path as Path).catch(() => undefined)))
  return paths.map((path, index) => ({ path, before: stats[index]?.modified ?? null }))
}

/** Reads what reports the checks have written. */
export function readReports(reports: readonly ExpectedReport[], folder: string): Operation {
  return { kind: 'check-reports', name: 'reports', input: { reports, folder } }
}

/** The kind behind `readReports`. */
export const reportsKind = defineOperation<ReportsInput, readonly ReadReport[]>({
  kind: 'check-reports',
  description: 'Reads the reports that checks have written: coverage, JUnit XML, SARIF',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) =>
    z.strictObject({
      reports: z.array(z.strictObject({ path: z.string(), before: z.number().nullable() })),
      folder: z.string(),
    }),
  output: (z) => z.array(z.custom<ReadReport>((value) => typeof value === 'object')),
  claims: ({ reports }) => ({ reads: reports.map(({ path }) => path), writes: [] }),
  async run({ reports, folder }, { files }) {
    const read: ReadReport[] = []
    for (const report of reports) {
      const stat = await files.stat(report.path as Path).catch(() => undefined)
      if (stat?.type !== 'file') continue
      const isFresh = stat.modified !== report.before
      // The formats are many files, and most runs of other commands need none of them.
      const { emptyReport, readReport } = await import('./read-report.ts')
      read.push(
        isFresh ? await readReport(files, report.path, folder) : { ...emptyReport, path: report.path },
      )
    }
    return read
  },
})

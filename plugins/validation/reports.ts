import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { defineOperation, type Operation, type Path } from 'heddle'
import type { ReadReport } from './report.ts'

export type { ReadReport } from './report.ts'

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

interface ReportsInput {
  readonly reports: readonly ExpectedReport[]
  readonly folder: string
}

/** The places where reports may come to stand, as they are now. */
export async function expectReports(folder: string, more: readonly string[]): Promise<ExpectedReport[]> {
  const paths = [...new Set([...more, ...places])]
  // Not through the workspace: what it was asked for once it goes on to show, and here a change is what is waited for.
  const stats = await Promise.all(paths.map((path) => stat(join(folder, path)).catch(() => undefined)))
  return paths.map((path, index) => ({ path, before: stats[index]?.mtimeMs ?? null }))
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
      const found = await files.stat(report.path as Path).catch(() => undefined)
      if (found?.type !== 'file') continue
      const isFresh = found.modified !== report.before
      // The formats are many files, and most runs of other commands need none of them.
      const { emptyReport, readReport } = await import('./read-report.ts')
      read.push(
        isFresh ? await readReport(files, report.path, folder) : { ...emptyReport, path: report.path },
      )
    }
    return read
  },
})

import type { LineCoverage } from './formats/format.ts'
import type { ReadReport } from './reports.ts'
import type { CoverageVerdict } from './result.ts'

const shownFiles = 10

/** The verdict on the first report that knows a line; null when none of this run does: never guessed. */
export function judgeCoverage(reports: readonly ReadReport[], threshold: number): CoverageVerdict | null {
  const report = reports.find(
    ({ status, coverage }) => status === 'fresh' && coverage.some(({ total }) => total > 0),
  )
  if (!report) return null
  const covered = sum(report.coverage, 'covered')
  const total = sum(report.coverage, 'total')
  const lowest = report.coverage
    .filter((file) => file.covered < file.total)
    .toSorted((a, b) => b.total - b.covered - (a.total - a.covered) || (a.path < b.path ? -1 : 1))
    .slice(0, shownFiles)
    .map((file) => ({ path: file.path, uncovered: file.total - file.covered, percent: percentOf(file) }))
  return { source: report.path, covered, total, percent: percentOf({ covered, total }), threshold, lowest }
}

function sum(files: readonly LineCoverage[], key: 'covered' | 'total'): number {
  return files.reduce((sum, file) => sum + file[key], 0)
}

/** Rounded down, so that 89.99 never reads as 90. */
function percentOf({ covered, total }: Pick<LineCoverage, 'covered' | 'total'>): number {
  return total === 0 ? 100 : Math.floor((covered * 10_000) / total) / 100
}

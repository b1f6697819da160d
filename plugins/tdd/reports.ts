import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { defineOperation, type Operation, type Path } from 'heddle'

/** Where test runners leave their reports, the most detailed kind first. */
const places: readonly string[] = [
  'coverage/lcov.info',
  'lcov.info',
  'coverage/coverage-summary.json',
  'coverage-summary.json',
  'coverage/cobertura-coverage.xml',
  'coverage/coverage.xml',
  'coverage.xml',
]

/** A place for a report, and when the file there was written before the tests ran; null when there was none. */
interface ExpectedReport {
  readonly path: string
  readonly before: number | null
}

interface ReportsInput {
  readonly reports: readonly ExpectedReport[]
}

/** A report as it was read when the tests had run. */
export interface FoundReport {
  readonly path: string
  readonly text: string
  /** True when this run did not write it. */
  readonly isOlder: boolean
}

/** Reads, when the tests have run, what reports there are below the folder that they run in. */
export async function readReports(root: string | null, folder: string): Promise<Operation> {
  const paths = places.map((place) => (folder === '' ? place : `${folder}/${place}`))
  // Not through the workspace, which would go on to show what it saw before the run.
  const stats = await Promise.all(
    root === null ? [] : paths.map((path) => stat(join(root, path)).catch(() => undefined)),
  )
  const reports = paths.map((path, index) => ({ path, before: stats[index]?.mtimeMs ?? null }))
  return { kind: 'coverage-reports', name: 'reports', input: { reports } satisfies ReportsInput }
}

/** The kind behind `readReports`. */
export const reportsKind = defineOperation<ReportsInput, readonly FoundReport[]>({
  kind: 'coverage-reports',
  description: 'Reads the reports of coverage that a run of the tests has left',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) =>
    z.strictObject({
      reports: z.array(z.strictObject({ path: z.string(), before: z.number().nullable() })),
    }),
  output: (z) => z.array(z.strictObject({ path: z.string(), text: z.string(), isOlder: z.boolean() })),
  claims: ({ reports }) => ({ reads: reports.map(({ path }) => path), writes: [] }),
  async run({ reports }, { files }) {
    const found: FoundReport[] = []
    for (const { path, before } of reports) {
      const entry = await files.stat(path as Path)
      if (entry?.type !== 'file') continue
      const text = new TextDecoder().decode(await files.read(path as Path))
      found.push({ path, text, isOlder: before !== null && entry.modified === before })
    }
    return found
  },
})

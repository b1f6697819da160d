import { type Files, HeddleError, type Path } from 'heddle'
import { isLcov, readLcov } from './formats/lcov.ts'
import { createGathering, readOutput } from './output.ts'
import type { ReadReport } from './report.ts'

/** What is taken of a report that another run wrote. */
export const emptyReport = { status: 'stale', coverage: [], tests: null, findings: [] } as const

/** Reads a report in whatever format it is; one that cannot be read says so. */
export async function readReport(files: Files, path: string, folder: string): Promise<ReadReport> {
  try {
    const text = new TextDecoder().decode(await files.read(path as Path))
    if (isLcov(text)) {
      const gathered = createGathering(folder)
      readLcov(text, gathered.sink)
      const { coverage } = gathered.result()
      return { ...emptyReport, path, status: 'fresh', coverage }
    }
    const { coverage, tests, findings, damaged } = await readOutput([text], { command: path, folder })
    return { path, status: damaged ? 'unreadable' : 'fresh', coverage, tests, findings }
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown
    return { ...emptyReport, path, status: 'unreadable' }
  }
}

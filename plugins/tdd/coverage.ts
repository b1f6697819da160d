import type { Coverage } from './result.ts'

export interface CoverageReport {
  readonly path: string
  readonly text: string
  /** The folder of the project that its paths may be relative to. */
  readonly folder: string
  /** True when an earlier run wrote it. */
  readonly isOlder: boolean
}

interface FileCoverage {
  readonly path: string
  readonly covered: number
  readonly total: number
  readonly uncovered: readonly number[]
}

/**
 * The coverage of `files` from the first report that knows one of them; null when none does: never guessed. A report may
 * name files by any path that ends in theirs.
 */
export function coverageOf(files: readonly string[], reports: readonly CoverageReport[]): Coverage | null {
  for (const { path, text, folder, isOlder } of reports) {
    const found = readReport(path, text).flatMap((entry) => {
      const file = nameOf(entry.path, files, folder)
      return file === undefined ? [] : [{ ...entry, path: file }]
    })
    const total = found.reduce((sum, entry) => sum + entry.total, 0)
    if (total === 0) continue
    const covered = found.reduce((sum, entry) => sum + entry.covered, 0)
    const uncovered = found.filter((entry) => entry.uncovered.length > 0)
    return {
      source: path,
      covered,
      total,
      ratio: covered / total,
      isOlder,
      uncovered: uncovered.map((entry) => ({ path: entry.path, lines: entry.uncovered })),
    }
  }
  return null
}

function readReport(path: string, text: string): FileCoverage[] {
  if (path.endsWith('.info')) return fromLcov(text)
  return path.endsWith('.json') ? fromSummary(text) : fromCobertura(text)
}

/** The file that a report means: by its path from the root or from the report's folder; the longest that fits. */
function nameOf(written: string, files: readonly string[], folder: string): string | undefined {
  const path = written.replaceAll('\\', '/').replace(/^\.\//, '')
  const fitting = files.filter(
    (file) => path === file || path.endsWith(`/${file}`) || (folder !== '' && file === `${folder}/${path}`),
  )
  return fitting.toSorted((a, b) => b.length - a.length)[0]
}

function fromLcov(text: string): FileCoverage[] {
  return text.split(/^end_of_record\s*$/m).flatMap((record) => {
    const path = /^SF:(.+)$/m.exec(record)?.[1]?.trim()
    if (path === undefined) return []
    const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(
      ([, line, hits]) => [Number(line), Number(hits)] as const,
    )
    return [fileCoverage(path, lines)]
  })
}

function fromCobertura(text: string): FileCoverage[] {
  return text.split(/(?=<class\s)/).flatMap((part) => {
    const path = /^<class\s[^>]*?\bfilename="([^"]+)"/.exec(part)?.[1]
    if (path === undefined) return []
    // Lines stand once below their method and once below the class; the class has them all.
    const all = part.slice(part.lastIndexOf('<lines'))
    const lines = [...all.matchAll(/<line\s[^>]*?\bnumber="(\d+)"[^>]*?\bhits="(\d+)"/g)]
    return [
      fileCoverage(
        path,
        lines.map(([, line, hits]) => [Number(line), Number(hits)] as const),
      ),
    ]
  })
}

function fileCoverage(path: string, lines: readonly (readonly [line: number, hits: number])[]): FileCoverage {
  const uncovered = lines.filter(([, hits]) => hits === 0).map(([line]) => line)
  return { path, total: lines.length, covered: lines.length - uncovered.length, uncovered }
}

function fromSummary(text: string): FileCoverage[] {
  try {
    const summary = JSON.parse(text) as Record<
      string,
      { lines?: { total?: unknown; covered?: unknown } } | null
    >
    return Object.entries(summary).flatMap(([path, entry]) => {
      const { total, covered } = entry?.lines ?? {}
      return typeof total === 'number' && typeof covered === 'number'
        ? [{ path, total, covered, uncovered: [] }]
        : []
    })
  } catch {
    return []
  }
}

import { readDocument, readJsonLine } from './documents.ts'
import type { Found, LineCoverage, LineReader, Sink, TestCounts } from './formats/format.ts'
import { jsonFormats, lineFormats, xmlFormats } from './formats/index.ts'
import { eachLine, type Written } from './lines.ts'
import { placeIn } from './place-in.ts'
import { createTally } from './tally.ts'

/** What the output of one check says. */
export interface OutputReading {
  /** In the order of the output, each place and message once; places outside the project are left out. */
  readonly findings: readonly Found[]
  /** How many findings more there are than are kept. */
  readonly more: number
  readonly tests: TestCounts | null
  readonly coverage: readonly LineCoverage[]
  /** The last lines. */
  readonly text: string
  /** True when a part of it could not be read: a report that ends early, or a stored output that is gone. */
  readonly damaged: boolean
}

/** Where an output comes from. */
export interface OutputSource {
  /** What was run: where two tools write alike, the one that it names is taken. */
  readonly command: string
  /** The folder of the project on the machine, to make places relative. */
  readonly folder: string
}

const mostFindings = 10_000
const mostText = 1_000
const shownLines = 5
/** What people and tools write into one line; a longer one is data. */
const readOfLine = 4096

/**
 * Reads what a check wrote in every format known. Takes time in proportion to its length and never throws, whatever stands in
 * it: a tool's output is nothing to rely on.
 */
export async function readOutput(outputs: readonly Written[], source: OutputSource): Promise<OutputReading> {
  const gathered = createGathering(source.folder)
  const tally = createTally()
  const last: string[] = []
  let damaged = false
  for (const written of outputs) {
    const json = jsonFormats()
    const document = await readDocument(written, { json, xml: xmlFormats }, gathered.sink)
    damaged ||= document === 'damaged'
    const readers =
      document === 'read' ? [] : lineFormats(source.command).map(({ open }) => open(gathered.sink))
    const whole = await eachLine(written, (line) => {
      const start = line.slice(0, readOfLine)
      if (start.trim() !== '') keepLast(last, start)
      if (document === 'read') return
      tally.line(start)
      if (!readJsonLine(line, json, gathered.sink)) readLine(start, readers)
    })
    for (const reader of readers) reader.end?.()
    damaged ||= !whole
  }
  const { findings, more, tests, coverage } = gathered.result()
  return { findings, more, tests: tests ?? tally.result(), coverage, text: last.join('\n'), damaged }
}

function readLine(line: string, readers: readonly LineReader[]): void {
  for (const reader of readers) if (reader.line(line)) return
}

function keepLast(last: string[], line: string): void {
  last.push(line.trimEnd().slice(0, mostText))
  if (last.length > shownLines) last.shift()
}

/** Takes what formats find: bounded, once, and with paths of the project. */
export function createGathering(folder: string): {
  sink: Sink
  result(): Pick<OutputReading, 'findings' | 'more' | 'tests' | 'coverage'>
} {
  const findings: Found[] = []
  const seen = new Set<string>()
  const coverage: LineCoverage[] = []
  let tests: TestCounts | null = null
  let more = 0
  return {
    sink: {
      found(found) {
        const placed = place(found, folder)
        if (!placed) return
        if (findings.length >= mostFindings) return void more++
        const key = JSON.stringify([placed.path, placed.line, placed.column, placed.message])
        if (seen.has(key)) return
        seen.add(key)
        findings.push(placed)
      },
      tests({ passed, failed, skipped }) {
        const before = tests ?? { passed: 0, failed: 0, skipped: 0 }
        tests = {
          passed: before.passed + passed,
          failed: before.failed + failed,
          skipped: before.skipped + skipped,
        }
      },
      coverage(lines) {
        const path = placeIn(lines.path, folder) ?? lines.path
        if (coverage.length < mostFindings) coverage.push({ ...lines, path })
      },
    },
    result: () => ({ findings, more, tests, coverage }),
  }
}

/** A failed test counts wherever it stands; what else is outside is somebody else's. */
function place(found: Found, folder: string): Found | undefined {
  const message = shorten(found.message)
  if (found.path === null) return { ...found, message }
  const path = placeIn(found.path, folder)
  if (path === undefined && found.rule !== 'test') return undefined
  const { line, column } = found
  return path === undefined
    ? { ...found, message, path: null, line: 1, column: 1 }
    : { ...found, message, path, line: Math.max(1, line), column: Math.max(1, column) }
}

function shorten(text: string): string {
  return text.length > mostText ? `${text.slice(0, mostText - 1)}…` : text
}

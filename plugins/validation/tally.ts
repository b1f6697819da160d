import type { TestCounts } from './formats/format.ts'

/** Counts tests by what runners say at the end; null when they say nothing. */
export interface Tally {
  line(text: string): void
  result(): TestCounts | null
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Reads the closing lines of node:test, pytest, unittest, Jest, Vitest and Cargo, and failing those the points of bare TAP. */
export function createTally(): Tally {
  const sum: Counts = { passed: 0, failed: 0, skipped: 0 }
  const points: Counts = { passed: 0, failed: 0, skipped: 0 }
  let known = false
  let isTap = false
  let unittest = 0
  return {
    line(text) {
      const node = /^(?:#|ℹ) (pass|fail|cancelled|skipped) (\d+)$/.exec(text)
      if (node) {
        known = true
        const part = node[1] === 'pass' ? 'passed' : node[1] === 'skipped' ? 'skipped' : 'failed'
        sum[part] += Number(node[2])
        return
      }
      if (/^(?:TAP version \d+|1\.\.\d+)/.test(text)) isTap = true
      if (/^(?:not )?ok\b/.test(text)) points[partOf(text)]++
      unittest = Number(/^Ran (\d+) tests? in /.exec(text)?.[1] ?? unittest)
      const ended = unittest > 0 ? /^(?:OK|FAILED)(?: \((.*)\))?$/.exec(text) : null
      if (ended) {
        known = true
        addUnittest(sum, unittest, ended[1] ?? '')
        unittest = 0
      } else if (isSummary(text.trim())) known = addSummary(sum, text) || known
    },
    result: () => (known ? { ...sum } : isTap ? { ...points } : null),
  }
}

function partOf(point: string): keyof Counts {
  if (/# (?:TODO|SKIP)\b/i.test(point)) return 'skipped'
  return point.startsWith('not ') ? 'failed' : 'passed'
}

function addUnittest(sum: Counts, ran: number, details: string): void {
  const of = (word: string): number => Number(new RegExp(`${word}=(\\d+)`).exec(details)?.[1] ?? 0)
  const failed = of('failures') + of('errors')
  sum.failed += failed
  sum.skipped += of('skipped')
  sum.passed += ran - failed - of('skipped')
}

/** The closing line of pytest, Jest, Vitest and Cargo. */
function isSummary(line: string): boolean {
  return /^(?:Tests:? |test result: |=+ .*\bin [\d.]+s|(?:\d+ (?:passed|failed|errors?|skipped)\b|no tests ran).*\bin [\d.]+s)/.test(
    line,
  )
}

function addSummary(sum: Counts, line: string): boolean {
  const passed = countOf(line, 'passed')
  const failed = (countOf(line, 'failed') ?? 0) + (countOf(line, 'errors?') ?? 0)
  const skipped = (countOf(line, 'skipped') ?? 0) + (countOf(line, 'ignored') ?? 0)
  if (passed === null && failed === 0 && skipped === 0 && !line.includes('no tests ran')) return false
  sum.passed += passed ?? 0
  sum.failed += failed
  sum.skipped += skipped
  return true
}

function countOf(line: string, word: string): number | null {
  const found = new RegExp(`(\\d+) ${word}\\b`).exec(line)
  return found ? Number(found[1]) : null
}

import type { FailingTest, TestRun } from './result.ts'

/** What the output of a test runner tells; nulls where it does not. */
export type TestReport = Pick<TestRun, 'tests' | 'failed' | 'failing'>

/**
 * Reads which tests failed from what a runner printed: TAP, the spec output of node:test, Jest, Vitest, Mocha, pytest, Go and
 * Cargo. Each failing test is named once, in the order of the output. Output of another kind gives nulls and no names.
 */
export function readTestOutput(text: string): TestReport {
  const lines = text.replace(/\u001b\[[\d;]*[A-Za-z]/g, '').split(/\r?\n/)
  const failing = new Map<string, FailingTest>()
  for (const test of [...fromSpec(lines), ...fromTap(lines), ...fromOthers(lines)]) {
    const known = failing.get(test.name)
    failing.set(test.name, {
      name: test.name,
      at: known?.at ?? test.at,
      message: known?.message ?? test.message,
    })
  }
  const thrown =
    lines
      .map((line) => line.replace(/^[#\s]+/, ''))
      .find((line) => /^(?:\w+Error|Error)\b.*[:[]/.test(line)) ?? null
  const list = [...failing.values()].map((test) => {
    // A whole file that failed is told without a reason; that stands where the program wrote it.
    const isTold = test.message !== null && !/^'?test failed'?(?:\nERR_TEST_FAILURE)?$/.test(test.message)
    return isTold ? test : { ...test, message: thrown ?? test.message }
  })
  return { ...countsOf(lines), failing: list }
}

const mostLinesTold = 12

/** What stands below a line, further in than it, until something else begins. */
function toldBelow(lines: readonly string[], index: number): string | null {
  const told: string[] = []
  for (const line of lines.slice(index + 1, index + 1 + mostLinesTold)) {
    if (line.trim() === '' && told.length > 0) break
    if (line.trim() !== '' && !/^\s/.test(line) && !/^\w*(?:Error|Exception)\b/.test(line)) break
    if (line.trim() !== '') told.push(line.trim())
  }
  return told.length === 0 ? null : told.join('\n').slice(0, 1000)
}

/** node:test names its failures at the end, each below the line that tells its place. */
function fromSpec(lines: readonly string[]): FailingTest[] {
  const start = lines.findIndex((line) => line.startsWith('✖ failing tests:'))
  if (start < 0) return []
  const failing: FailingTest[] = []
  let at: FailingTest['at'] = null
  for (const [index, line] of lines.entries()) {
    if (index <= start) continue
    const place = /^test at (.+):(\d+):\d+$/.exec(line)
    if (place) at = { path: place[1]!, line: Number(place[2]) }
    const name = /^✖ (.+?)(?: \([\d.]+ms\))?$/.exec(line)?.[1]
    if (name === undefined) continue
    failing.push({ name, at, message: toldBelow(lines, index) })
    at = null
  }
  return failing
}

function fromTap(lines: readonly string[]): FailingTest[] {
  const failing: FailingTest[] = []
  for (const [index, line] of lines.entries()) {
    const found = /^ *not ok \d+ ?-? ?(.*)$/.exec(line)
    if (!found || /(?:^|[^\\])# (?:TODO|SKIP)\b/i.test(found[1]!)) continue
    const details = detailsBelow(lines, index)
    // A test that failed only because tests inside it did would be counted twice.
    if (/failureType: 'subtestsFailed'/.test(details)) continue
    const place = /location: '(.+):(\d+):\d+'/.exec(details)
    const at = place ? { path: place[1]!, line: Number(place[2]) } : null
    failing.push({ name: found[1]!.trim() || `test ${index + 1}`, at, message: messageIn(details) })
  }
  return failing
}

/** The error, its name and its code, as node:test and others write them into the block below a test point. */
function messageIn(details: string): string | null {
  const told = [
    ...details.matchAll(
      /^ *(?:error|message|code|name|stack): (?:'(.*)'|[|>]-?\n((?: {2,}.*\n?){1,6})|(\S.*))$/gm,
    ),
  ]
  const text = told.map(([, quoted, block, plain]) => (quoted ?? block ?? plain ?? '').trim()).join('\n')
  return text === '' ? null : text.slice(0, 1000)
}

/** The indented YAML block that may follow a TAP test point. */
function detailsBelow(lines: readonly string[], index: number): string {
  if (!/^ *---$/.test(lines[index + 1] ?? '')) return ''
  const end = lines.findIndex((line, at) => at > index + 1 && /^ *\.\.\.$/.test(line))
  return lines.slice(index + 2, end < 0 ? index + 40 : end).join('\n')
}

/** How a runner writes the name of a failing test; the second group, if there is one, is why it fails. */
const failureLines: readonly RegExp[] = [
  /^FAILED (\S+::.+?)(?: - (.*))?$/,
  /^ERROR (\S+\.py\S*)(?: - (.*))?$/,
  /^ *--- FAIL: (\S+) \(/,
  /^test (\S+) \.\.\. FAILED$/,
  /^ *● (.+ › .+)$/,
  /^ *FAIL +(\S+ > .+)$/,
]

function fromOthers(lines: readonly string[]): FailingTest[] {
  return lines.flatMap((line, index) => {
    const found = failureLines.map((pattern) => pattern.exec(line)).find((match) => match !== null)
    if (!found) return []
    const at = /^(\S+\.py)/.exec(found[1]!)
    return [
      {
        name: found[1]!.trim(),
        at: at ? { path: at[1]!, line: 1 } : null,
        message: found[2] ?? toldBelow(lines, index),
      },
    ]
  })
}

/** The last summary that the output has; runners print it at the end. */
function countsOf(lines: readonly string[]): Pick<TestReport, 'tests' | 'failed'> {
  let tests: number | null = null
  let failed: number | null = null
  for (const line of lines) {
    const node = /^(?:#|ℹ) (tests|fail) (\d+)$/.exec(line)
    if (node?.[1] === 'tests') tests = Number(node[2])
    if (node?.[1] === 'fail') failed = Number(node[2])
    const isSummary =
      /^(?:Tests:? |test result: |=+ .*\bin [\d.]+s|\d+ (?:passed|failed)\b.*\bin [\d.]+s)/.test(line.trim())
    if (!isSummary) continue
    const [passes, fails] = [countOf(line, 'passed'), countOf(line, 'failed')]
    if (passes === null && fails === null) continue
    failed = (fails ?? 0) + (countOf(line, 'errors?') ?? 0)
    tests = (passes ?? 0) + failed
  }
  return { tests, failed }
}

function countOf(line: string, word: string): number | null {
  const found = new RegExp(`(\\d+) ${word}\\b`).exec(line)
  return found ? Number(found[1]) : null
}

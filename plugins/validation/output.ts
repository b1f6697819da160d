import type { Summary, ToolFinding } from './result.ts'

/** What one finding of a tool says, without the check it belongs to. */
export type Found = Omit<ToolFinding, 'family' | 'command'>

/** The lines of an output without colours and without what a terminal would have overwritten. */
export function linesOf(output: string): string[] {
  return output.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').split(/\r?\n/)
}

/** Counts of tests where the output tells them (node:test, TAP, pytest, Jest, Vitest, Cargo), and the last lines. */
export function summarise(lines: readonly string[]): Summary {
  const said = lines.map((line) => line.trimEnd()).filter((line) => line !== '')
  return { ...countTests(lines), text: said.slice(-5).join('\n') }
}

/**
 * The places that tools name in their output: TypeScript, ESLint's own format, Cargo, and `file:line:column: message` as
 * most others write it. Absolute paths below `folder` become relative; places elsewhere are left out.
 */
export function findPlaces(lines: readonly string[], folder: string): Found[] {
  const found: Found[] = []
  let file: string | undefined
  for (const [index, line] of lines.entries()) {
    const nested = file === undefined ? null : stylish.exec(line)
    if (nested) found.push(fromStylish(file!, nested))
    else {
      const isHeading = stylish.test(lines[index + 1] ?? '')
      file = isHeading && /^\S/.test(line) ? line.trim() : line === '' ? undefined : file
      const one = fromTypeScript(line) ?? fromCargo(line, lines[index - 1] ?? '') ?? fromColons(line)
      if (one) found.push(one)
    }
  }
  return found.flatMap((one) => {
    const path = pathIn(one.path, folder)
    return path === undefined ? [] : [{ ...one, path }]
  })
}

interface Counts {
  passed: number
  failed: number
}

function countTests(lines: readonly string[]): Pick<Summary, 'passed' | 'failed'> {
  const sum: Counts = { passed: 0, failed: 0 }
  let known = false
  for (const line of lines) {
    const node = /^(?:#|ℹ) (pass|fail|cancelled) (\d+)$/.exec(line)
    if (node) {
      known = true
      sum[node[1] === 'pass' ? 'passed' : 'failed'] += Number(node[2])
    } else if (isSummary(line.trim())) {
      const [passed, failed] = [
        countOf(line, 'passed'),
        (countOf(line, 'failed') ?? 0) + (countOf(line, 'errors?') ?? 0),
      ]
      if (passed === null && failed === 0 && !/no tests ran/.test(line)) continue
      known = true
      sum.passed += passed ?? 0
      sum.failed += failed
    }
  }
  return known ? sum : countPoints(lines)
}

/** The closing line of pytest, Jest, Vitest and Cargo. */
function isSummary(line: string): boolean {
  return /^(?:Tests:? |test result: |=+ .*\bin [\d.]+s|(?:\d+ (?:passed|failed|errors?|skipped)\b|no tests ran).*\bin [\d.]+s)/.test(
    line,
  )
}

function countOf(line: string, word: string): number | null {
  const found = new RegExp(`(\\d+) ${word}\\b`).exec(line)
  return found ? Number(found[1]) : null
}

/** Bare TAP, without a summary: its own points, not those of tests inside them. */
function countPoints(lines: readonly string[]): Pick<Summary, 'passed' | 'failed'> {
  const points = lines.filter((line) => /^(?:not )?ok\b/.test(line))
  const isTap = lines.some((line) => /^(?:TAP version \d+|1\.\.\d+)/.test(line))
  if (!isTap) return { passed: null, failed: null }
  const failed = points.filter((line) => line.startsWith('not ') && !/# (?:TODO|SKIP)\b/i.test(line)).length
  return { passed: points.length - failed, failed }
}

const stylish = /^ +(\d+):(\d+) +(error|warning) +(.*?)(?: {2,}([\w@/-]+))?$/

function fromStylish(path: string, [, line, column, severity, message, rule]: RegExpExecArray): Found {
  return {
    path,
    line: Number(line),
    column: Number(column),
    severity: severity === 'error' ? 'error' : 'warning',
    message: message!,
    rule: rule ?? null,
  }
}

function fromTypeScript(text: string): Found | undefined {
  const plain = /^(\S.*?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.*)$/.exec(text)
  const found = plain ?? /^(\S.*?):(\d+):(\d+) - (error|warning) (TS\d+): (.*)$/.exec(text)
  if (!found) return undefined
  const [, path, line, column, severity, rule, message] = found
  return {
    path: path!,
    line: Number(line),
    column: Number(column),
    severity: severity === 'error' ? 'error' : 'warning',
    message: message!,
    rule: rule!,
  }
}

function fromCargo(text: string, before: string): Found | undefined {
  const place = /^ *--> (\S+):(\d+):(\d+)$/.exec(text)
  const said = /^(error|warning)(?:\[(\w+)\])?: (.*)$/.exec(before)
  if (!place || !said) return undefined
  return {
    path: place[1]!,
    line: Number(place[2]),
    column: Number(place[3]),
    severity: said[1] === 'error' ? 'error' : 'warning',
    message: said[3]!,
    rule: said[2] ?? null,
  }
}

/** `file:line:column: message` and `file:line: message`, with what flake8, ruff, mypy and ESLint put round the message. */
function fromColons(text: string): Found | undefined {
  const found = /^(?![\w.+-]+:\/\/)([^\s:][^:]*\.\w+):(\d+)(?::(\d+))?: +(.+)$/.exec(text)
  if (!found) return undefined
  const [, path, line, column, said] = found
  const severity = /^(?:warning|note|info)\b/i.test(said!) ? 'warning' : 'error'
  const plain = said!.replace(/^(?:fatal )?(?:error|warning|note|info): +/i, '')
  const code = /^([A-Z]{1,4}\d{2,5}) +(?:\[\*\] +)?(.+)$/.exec(plain)
  const named = /^(.*?) +\[([\w@/-]+)\]$/.exec(plain)
  return {
    path: path!,
    line: Number(line),
    column: Number(column ?? 1),
    severity,
    message: code?.[2] ?? named?.[1] ?? plain,
    rule: code?.[1] ?? named?.[2] ?? null,
  }
}

function pathIn(path: string, folder: string): string | undefined {
  const below = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path.replace(/^(?:\.\/)+/, '')
  return /^(?:[/\\~]|[A-Za-z]:|\.\.(?:\/|$))/.test(below) ? undefined : below
}

import type { GateSeverity, Outcome } from 'heddle'
import type { FoundCheck } from './check.ts'
import { findPlaces, linesOf, summarise } from './output.ts'
import {
  type Check,
  type CheckStatus,
  families,
  type Family,
  type Recommendation,
  type ToolFinding,
  type ValidationResult,
} from './result.ts'

/** What the checks of a project are read from. */
export interface Ran {
  /** Every check found, those that could not run included. */
  readonly checks: readonly FoundCheck[]
  readonly outcomes: readonly Outcome[]
  /** Names of checks whose programs are not there. */
  readonly missing: ReadonlySet<string>
  readonly severities: Readonly<Record<Family, GateSeverity>>
  /** The folder of the project on the machine, to make places relative. */
  readonly folder: string
}

/** Reads all outcomes into one result; the same outcomes always give the same result, durations apart. */
export function synthesise(ran: Ran): ValidationResult {
  const { checks: found, outcomes, severities } = ran
  const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]))
  const read = found.map((check) => readCheck(check, byName.get(check.name), ran))
  const checks = byFamily((family) =>
    read.map(({ check }) => check).filter((check) => check.family === family),
  )
  const passed = byFamily((family) => verdictOf(checks[family]))
  const findings = onlyOnce(read.flatMap((one) => one.findings))
  return { checks, passed, findings, recommendations: recommend({ checks, findings, severities }) }
}

interface BashOutput {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function readCheck(
  found: FoundCheck,
  outcome: Outcome | undefined,
  { missing, folder }: Pick<Ran, 'missing' | 'folder'>,
): { check: Check; findings: ToolFinding[] } {
  const { family, name: command, manifest } = found
  const output = outputOf(outcome)
  const lines = linesOf(output ? `${output.stdout}\n${output.stderr}` : (outcome?.error?.message ?? ''))
  const summary = summarise(lines)
  const check: Check = {
    family,
    command,
    manifest,
    status: outcome
      ? statusOf(found, outcome, output, summary)
      : missing.has(command)
        ? 'missing'
        : 'skipped',
    code: output?.code ?? null,
    ranMs: outcome?.ranMs ?? 0,
    summary,
  }
  const findings = output ? findPlaces(lines, folder) : []
  return { check, findings: findings.map((one) => ({ family, command, ...one })) }
}

/** The text of an output that was stored elsewhere for its size is not read again here. */
function outputOf(outcome: Outcome | undefined): BashOutput | undefined {
  const { output } = outcome ?? {}
  if (output === null || typeof output !== 'object') return undefined
  const { code, stdout, stderr } = output as Record<string, unknown>
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return { code: typeof code === 'number' ? code : null, stdout: text(stdout), stderr: text(stderr) }
}

/** Exit codes with a meaning of their own: a shell's for a program that is not there, and pytest's for no test at all. */
const notFound = 127
const pytestEmpty = 5

function statusOf(
  check: FoundCheck,
  { status }: Outcome,
  output: BashOutput | undefined,
  summary: Check['summary'],
): CheckStatus {
  if (status === 'done') return check.family === 'testing' && isEmpty(summary) ? 'empty' : 'passed'
  if (status !== 'failed') return status
  if (output?.code === notFound && /not found|no such file/i.test(output.stderr)) return 'missing'
  return output?.code === pytestEmpty && check.programs.includes('pytest') ? 'empty' : 'failed'
}

function isEmpty({ passed, failed }: Check['summary']): boolean {
  return passed === 0 && failed === 0
}

function verdictOf(checks: readonly Check[]): boolean | null {
  if (checks.some(({ status }) => status === 'failed' || status === 'timed-out')) return false
  return checks.length > 0 && checks.every(({ status }) => status === 'passed') ? true : null
}

/** A test script that also lints would tell everything twice. */
function onlyOnce(findings: readonly ToolFinding[]): ToolFinding[] {
  const seen = new Set<string>()
  return findings.filter(({ path, line, column, message }) => {
    const key = JSON.stringify([path, line, column, message])
    return !seen.has(key) && seen.add(key)
  })
}

type Judged = Pick<ValidationResult, 'checks' | 'findings'> & Pick<Ran, 'severities'>

const severityRank: readonly GateSeverity[] = ['blocking', 'conditional', 'warning']
const statusRank: readonly CheckStatus[] = ['failed', 'timed-out', 'empty', 'missing', 'skipped', 'cancelled']

/** What has failed goes before what did not run, what blocks before what only warns, then by family. */
function recommend({ checks, findings, severities }: Judged): Recommendation[] {
  const open = families.flatMap((family) => checks[family]).filter(({ status }) => status !== 'passed')
  const ranked = open.toSorted(
    (a, b) =>
      statusRank.indexOf(a.status) - statusRank.indexOf(b.status) ||
      severityRank.indexOf(severities[a.family]) - severityRank.indexOf(severities[b.family]),
  )
  const unnamed = families.filter((family) => checks[family].length === 0)
  return [
    ...ranked.map((check) => ({ family: check.family, ...adviceFor(check, findings) })),
    ...unnamed.map((family) => ({
      family,
      action: `Give the project a check for "${family}".`,
      reason: 'No manifest names one, so nothing is known of it.',
    })),
  ]
}

function adviceFor(check: Check, findings: readonly ToolFinding[]): Omit<Recommendation, 'family'> {
  const { command, status, summary } = check
  switch (status) {
    case 'failed': {
      const own = findings.filter((finding) => finding.command === command && finding.severity === 'error')
      const first = own[0]
      if (first) {
        return {
          action: `Mend ${first.path}:${first.line} first, then run "${command}" again.`,
          reason: `${count(own.length, 'error')} in ${count(new Set(own.map(({ path }) => path)).size, 'file')}.`,
        }
      }
      const tests = summary.failed ? `${count(summary.failed, 'test')} failed.` : 'It ended with a failure.'
      return { action: `Make "${command}" pass.`, reason: tests }
    }
    case 'timed-out':
      return { action: `Make "${command}" faster, or give it more time.`, reason: 'It did not end in time.' }
    case 'empty':
      return { action: 'Write a first test.', reason: `"${command}" had nothing to run.` }
    case 'missing':
      return {
        action: `Install what "${command}" needs.`,
        reason: 'A program is not there, so nothing is known.',
      }
    default:
      return { action: `Run "${command}" again.`, reason: 'It did not get to its end.' }
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function byFamily<T>(of: (family: Family) => T): Record<Family, T> {
  return Object.fromEntries(families.map((family) => [family, of(family)])) as Record<Family, T>
}

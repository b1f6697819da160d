import { resolve } from 'node:path'
import type { GateSeverity, Outcome } from 'heddle'
import type { FoundCheck } from './check.ts'
import { judgeCoverage } from './coverage.ts'
import type { Written } from './lines.ts'
import { type OutputReading, readOutput } from './output.ts'
import { recommend } from './recommend.ts'
import type { ReadReport } from './reports.ts'
import {
  type Check,
  type CheckStatus,
  families,
  type Family,
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
  /** Percent of lines that tests must reach. */
  readonly threshold: number
}

interface ReadCheck {
  readonly check: Check
  readonly reading: OutputReading | undefined
}

/** Reads all outcomes into one result; the same outcomes always give the same result, durations apart. */
export async function synthesise(ran: Ran): Promise<ValidationResult> {
  const { outcomes, severities, threshold } = ran
  const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]))
  const read: ReadCheck[] = []
  for (const check of ran.checks) read.push(await readCheck(check, byName.get(check.name), ran))
  const reports = reportsOf(outcomes)
  const checks = byFamily((family) => read.flatMap(({ check }) => (check.family === family ? [check] : [])))
  const findings = onlyOnce([...read.flatMap(findingsOf), ...findingsOfReports(read, reports)])
  const result = {
    checks,
    passed: byFamily((family) => verdictOf(checks[family])),
    coverage: judgeCoverage(reports, threshold),
    findings,
    moreFindings: read.reduce((sum, { reading }) => sum + (reading?.more ?? 0), 0),
    unread: unreadOf(read, reports),
  }
  const recommendations = recommend(result, severities)
  const summary = recommendations.map(({ action, reason }) => `${action} ${reason}`)
  return { summary, ...result, recommendations }
}

interface BashOutput {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: Written
  readonly stderr: Written
}

async function readCheck(found: FoundCheck, outcome: Outcome | undefined, ran: Ran): Promise<ReadCheck> {
  const { family, name: command, manifest } = found
  const output = outputOf(outcome, ran.folder)
  const reading = output
    ? await readOutput([output.stdout, output.stderr], { command: found.command, folder: ran.folder })
    : undefined
  const { passed = null, failed = null, skipped = null } = reading?.tests ?? {}
  const summary = { passed, failed, skipped, text: reading?.text ?? outcome?.error?.message ?? '' }
  const check: Check = {
    family,
    command,
    manifest,
    status: outcome
      ? statusOf(found, { status: outcome.status, output, summary })
      : ran.missing.has(command)
        ? 'missing'
        : 'skipped',
    code: output?.code ?? null,
    signal: output?.signal ?? null,
    ranMs: outcome?.ranMs ?? 0,
    summary,
  }
  return { check, reading }
}

function outputOf(outcome: Outcome | undefined, folder: string): BashOutput | undefined {
  const { output } = outcome ?? {}
  if (output === null || typeof output !== 'object') return undefined
  const { code, signal, stdout, stderr } = output as Record<string, unknown>
  return {
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
    stdout: asWritten(stdout, folder),
    stderr: asWritten(stderr, folder),
  }
}

/** Where a text is stored is told from the folder of the project when it is below it. */
function asWritten(value: unknown, folder: string): Written {
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? value : ''
  const { blob, bytes } = value as Record<string, unknown>
  return typeof blob === 'string' && typeof bytes === 'number' ? { blob: resolve(folder, blob), bytes } : ''
}

/** Exit codes with a meaning of their own: a shell's for a program that is not there, and pytest's for no test at all. */
const notFound = 127
const pytestEmpty = 5

interface Ended {
  readonly status: Outcome['status']
  readonly output: BashOutput | undefined
  readonly summary: Check['summary']
}

function statusOf(check: FoundCheck, { status, output, summary }: Ended): CheckStatus {
  if (status === 'done') return check.family === 'testing' && isEmpty(summary) ? 'empty' : 'passed'
  if (status !== 'failed') return status
  if (output?.code === notFound && /not found|no such file/i.test(summary.text)) return 'missing'
  return output?.code === pytestEmpty && check.programs.includes('pytest') ? 'empty' : 'failed'
}

/** Nothing ran; tests that were all skipped prove nothing either. */
function isEmpty({ passed, failed }: Check['summary']): boolean {
  return passed === 0 && failed === 0
}

function verdictOf(checks: readonly Check[]): boolean | null {
  if (checks.some(({ status }) => status === 'failed' || status === 'timed-out')) return false
  return checks.length > 0 && checks.every(({ status }) => status === 'passed') ? true : null
}

function findingsOf({ check: { family, command }, reading }: ReadCheck): ToolFinding[] {
  return (reading?.findings ?? []).map((found) => ({ family, command, ...found }))
}

function reportsOf(outcomes: readonly Outcome[]): readonly ReadReport[] {
  const outcome = outcomes.find(({ kind, status }) => kind === 'check-reports' && status === 'done')
  return (outcome?.output as readonly ReadReport[] | undefined) ?? []
}

/** A report of tests repeats what the output says; it is for those whose output says nothing. */
function findingsOfReports(read: readonly ReadCheck[], reports: readonly ReadReport[]): ToolFinding[] {
  const isTold = read.some(({ reading }) => reading?.findings.some(({ rule }) => rule === 'test'))
  return reports.flatMap(({ path, findings }) =>
    findings
      .filter(({ rule }) => rule !== 'test' || !isTold)
      .map((found) => ({
        family: found.rule === 'test' ? ('testing' as const) : ('linting' as const),
        command: path,
        ...found,
      })),
  )
}

/** A test script that also lints would tell everything twice. */
function onlyOnce(findings: readonly ToolFinding[]): ToolFinding[] {
  const seen = new Set<string>()
  return findings.filter(({ path, line, column, message }) => {
    const key = JSON.stringify([path, line, column, message])
    return !seen.has(key) && seen.add(key)
  })
}

function unreadOf(read: readonly ReadCheck[], reports: readonly ReadReport[]): ValidationResult['unread'] {
  return [
    ...read
      .filter(({ reading }) => reading?.damaged)
      .map(({ check }) => ({ what: check.command, why: 'damaged' as const })),
    ...reports.flatMap(({ path, status }) =>
      status === 'fresh'
        ? []
        : [{ what: path, why: status === 'stale' ? ('stale' as const) : ('damaged' as const) }],
    ),
  ]
}

function byFamily<T>(of: (family: Family) => T): Record<Family, T> {
  return Object.fromEntries(families.map((family) => [family, of(family)])) as Record<Family, T>
}

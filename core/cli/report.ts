import type { CommandHelp, GateReport, GroupReport, Outcome, Report } from '../index.ts'
import {
  counted,
  countSeverities,
  painter,
  printDiagnostics,
  type SourceLine,
  table,
  visible,
} from './print.ts'

type Paint = ReturnType<typeof painter>
type Colour = Parameters<Paint>[0]

const marks: Readonly<Record<Outcome['status'], readonly [string, Colour]>> = {
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
  skipped: ['○', 'yellow'],
  'timed-out': ['⧖', 'red'],
  cancelled: ['■', 'yellow'],
}

const verdicts: Readonly<Record<Report['status'], Colour>> = {
  passed: 'green',
  failed: 'red',
  partial: 'yellow',
  cancelled: 'yellow',
}

/** More operations of one group than this are shown as a count, failures apart. */
const shownOperations = 12
/** Lines of a failed command's output that are shown; the report as JSON has them all. */
const shownLines = 12

/** Prints a report: groups with their operations and synthesis, gates, findings, and the honest speed-up. */
export function printReport(report: Report, options: { quiet: boolean; sourceLine: SourceLine }): void {
  const paint = painter(process.stdout)
  const lines = options.quiet ? [] : groupLines(report.groups, paint)
  const hasRun = report.groups.some(({ operations }) => operations.length > 0)
  const isTold = !options.quiet || report.gates.some(({ status }) => status !== 'passed')
  if (report.gates.length > 0 && hasRun && isTold) lines.push('', ...gateLines(report.gates, paint))
  process.stdout.write(`${lines.join('\n')}\n`)
  printDiagnostics(report.diagnostics, process.stdout, options.sourceLine)
  process.stdout.write(`\n${recoveryLines(report)}${verdict(report, paint)}\n`)
}

/** Prints groups with their operations, as a report does. */
export function printGroups(groups: readonly GroupReport[]): void {
  process.stdout.write(`${groupLines(groups, painter(process.stdout)).join('\n')}\n`)
}

function groupLines(groups: readonly GroupReport[], paint: Paint): string[] {
  return groups
    .filter(hasSomething)
    .flatMap((group) => [
      '',
      paint('bold', group.name),
      ...operationLines(group.operations, paint),
      ...synthesisLines(group.synthesis),
    ])
}

/** True for groups that did something or found something. */
function hasSomething({ operations, synthesis }: GroupReport): boolean {
  return operations.length > 0 || synthesisLines(synthesis).length > 0
}

/** Prints the usage of a command as its module declares it. */
export function printCommandHelp(help: CommandHelp): void {
  const { usage, description, path } = help
  const rows = help.arguments.map(({ name, description: text, required, default: fallback }) => [
    `  --${name}`,
    visible(text) + (required ? ' (required)' : fallback === undefined ? '' : ` (default: ${fallback})`),
  ])
  const blocks = [
    `Usage: heddle run ${visible(usage)}`,
    visible(description),
    ...(rows.length > 0 ? [`Arguments, in order or by name:\n${table(rows)}`] : []),
    ...listBlock('Runs the groups of', [
      ...help.patterns.map((name) => `the pattern ${name}`),
      ...help.groups,
    ]),
    ...listBlock('Needs', help.needs),
    ...listBlock('Examples', help.examples),
    `Declared in ${visible(path)}; options of heddle itself: heddle run --help`,
  ]
  process.stdout.write(`${blocks.join('\n\n')}\n`)
}

function listBlock(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:\n${lines.map((line) => `  ${visible(line)}`).join('\n')}`]
}

function operationLines(operations: readonly Outcome[], paint: Paint): string[] {
  const many = operations.length > shownOperations
  const shown = many ? operations.filter(({ status }) => status !== 'done') : operations
  const done = operations.length - shown.length
  const rows = shown.slice(0, shownOperations * 4).flatMap((outcome) => operationLine(outcome, paint))
  return done > 0 && many
    ? [`  ${paint('green', '✓')} ${done} of ${operations.length} operations done`, ...rows]
    : rows
}

function operationLine(outcome: Outcome, paint: Paint): string[] {
  const [mark, colour] = marks[outcome.status]
  const retries = outcome.attempts > 1 ? `, ${outcome.attempts} attempts` : ''
  const place = outcome.worker === undefined ? '' : ` on ${visible(outcome.worker)}`
  const head = `  ${paint(colour, mark)} ${visible(outcome.name).padEnd(28)} ${paint('dim', `${origin(outcome)}${place}${retries}`)}`
  if (outcome.error === null) return [head]
  return [
    head,
    `    ${visible(outcome.error.message)}`,
    ...outputLines(outcome.output).map((line) => `    ${paint('dim', '│')} ${line}`),
  ]
}

/** How long it took, or where its outcome comes from when it did not run. */
function origin({ replayed, cache, ranMs }: Outcome): string {
  if (replayed) return `as recorded at ${replayed.at}`
  if (!cache) return formatMs(ranMs)
  if (!cache.hit) return `${formatMs(ranMs)}, not cached: ${visible(cache.because)}`
  const [first = 'nothing', ...rest] = cache.inputs
  const inputs = rest.length > 0 ? `${first} and ${counted(rest.length, 'more input')}` : first
  return `cached, ${formatAge(cache.ageMs)} old, from ${visible(inputs)}`
}

/** `12 s`, `5 min`, `3 h`, `2 days`. */
function formatAge(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 1) return `${Math.round(ms / 1000)} s`
  if (minutes < 60) return `${Math.round(minutes)} min`
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`
}

/** The end of what a failed command printed. */
function outputLines(output: unknown): string[] {
  if (output === null || typeof output !== 'object') return []
  const { stdout, stderr } = output as { stdout?: unknown; stderr?: unknown }
  const text = [stdout, stderr].map(asText).join('')
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '')
  const left = lines.length - shownLines
  return [
    ...(left > 0 ? [`… ${left} lines before, all of them in --format json`] : []),
    ...lines.slice(-shownLines).map(visible),
  ]
}

function asText(output: unknown): string {
  if (typeof output === 'string') return output
  if (output === null || typeof output !== 'object') return ''
  const { text, tail } = output as { text?: unknown; tail?: unknown }
  return typeof text === 'string' ? text : typeof tail === 'string' ? tail : ''
}

/** The synthesis in a few lines: what a person reads first is its `summary`, when the plugin wrote one. */
function synthesisLines(synthesis: unknown): string[] {
  if (synthesis === null || typeof synthesis !== 'object') return []
  const { summary } = synthesis as { summary?: unknown }
  const lines = Array.isArray(summary) ? summary.map(String) : typeof summary === 'string' ? [summary] : []
  return lines.map((line) => `    ${visible(line)}`)
}

/** Whoever reads has seen what passed in the count; what could not be judged is named in one line. */
function gateLines(gates: readonly GateReport[], paint: Paint): string[] {
  const named = (wanted: GateReport['status']): GateReport[] =>
    gates.filter(({ status }) => status === wanted)
  const skipped = named('skipped').map(
    ({ name, severity }) => `${visible(name)}${severity === 'blocking' ? ' (blocking)' : ''}`,
  )
  return [
    `${paint('bold', 'Gates')} ${paint('dim', `${named('passed').length} of ${gates.length} passed`)}`,
    ...named('failed').map(
      ({ name, severity }) => `  ${paint('red', 'failed ')} ${visible(name)} ${paint('dim', severity)}`,
    ),
    ...(skipped.length > 0 ? [`  ${paint('yellow', 'skipped')} ${skipped.join(', ')}`] : []),
  ]
}

function verdict(report: Report, paint: Paint): string {
  const { timing, status, groups, diagnostics } = report
  const count = groups.reduce((sum, group) => sum + group.operations.length, 0)
  const isQuiet = troubles(groups).length > 0 && diagnostics.every(({ severity }) => severity === 'info')
  const problems = isQuiet ? [] : [countSeverities(diagnostics)]
  const share = Math.round(timing.reduction * 100)
  const saved = timing.serialMs > 0 ? `, ${Math.abs(share)} % ${share < 0 ? 'more' : 'less'}` : ''
  return (
    `${paint(verdicts[status], status)} ${report.command}: ${[counted(count, 'operation'), ...troubles(groups), ...problems].join(', ')}\n` +
    paint(
      'dim',
      `wall ${formatMs(timing.wallMs)}, one by one ${formatMs(timing.serialMs)}${saved}; critical path ${formatMs(timing.criticalPathMs)}` +
        figuresLine(report),
    )
  )
}

/** `1 failed`, `2 skipped`: what was not done. */
function troubles(groups: Report['groups']): string[] {
  const counts = new Map<string, number>()
  for (const { operations } of groups)
    for (const { status } of operations)
      if (status !== 'done') counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, number]) => `${number} ${status}`)
}

/** How much was done, what it took, and what went wrong on the way and was made good. */
function figuresLine({ figures, recovery }: Report): string {
  if (!figures) return ''
  const { completionRate, recoveryRate, cpuMs, childCpuMs, peakMemoryBytes } = figures
  const programs = childCpuMs ? ` and ${formatMs(childCpuMs)} in programs` : ''
  const parts = [
    ...(completionRate === null ? [] : [`${percent(completionRate)} done`]),
    ...(recoveryRate === null ? [] : [`${percent(recoveryRate)} of the trouble overcome`]),
    ...(recovery.retries > 0 ? [counted(recovery.retries, 'retry', 'retries')] : []),
    ...(recovery.fallbacks > 0 ? [counted(recovery.fallbacks, 'fallback')] : []),
    `processor ${formatMs(cpuMs)}${programs}`,
    `memory ${Math.round(peakMemoryBytes / 2 ** 20)} MiB at most`,
  ]
  return `\n${parts.join(', ')}`
}

/** What is worth another try, and how. */
function recoveryLines({ recoveryStrategy }: Report): string {
  if (!recoveryStrategy) return ''
  const retries: string[] = []
  const inOrder: string[] = []
  for (const each of recoveryStrategy.individualRecoveries) {
    if (each.type === 'individual-retry') retries.push(each.operation.operation)
    else inOrder.push(each.operations.map(({ operation }) => operation).join(', then '))
  }
  return [
    ...(retries.length > 0 ? [`worth another try: ${retries.join(', ')}`] : []),
    ...inOrder.map((names) => `worth another try with nothing beside it: ${names}`),
  ]
    .map((line) => `${visible(line)}\n`)
    .join('')
}

/** Down, so that 100 % means all. */
function percent(rate: number): string {
  return `${Math.floor(rate * 100)} %`
}

/** `820 ms`, `1.24 s`. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`
}

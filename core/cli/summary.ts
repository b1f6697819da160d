import type { CheckReport, Diagnostic } from '../index.ts'
import { countSeverities, painter, table } from './print.ts'

const mostCodes = 5

/** What a check comes to: totals, the commonest codes, and the two commands that help most, for the root as it was given. */
export function summarise(report: CheckReport, root: string | undefined): string {
  const blocks = [totals(report), commonest(report), next(report.diagnostics, root)]
  return `\n${blocks.filter((block) => block !== '').join('\n')}\n`
}

/** `1 module`, `2 modules`. */
export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function totals({ references, modules, diagnostics }: CheckReport): string {
  const paint = painter(process.stdout)
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error')
  const parts = (['resolved', 'searched', 'missing', 'ambiguous', 'outside'] as const)
    .filter((status) => references[status] > 0 || status === 'resolved')
    .map((status) => `${references[status]} ${status}`)
  return (
    `${paint(hasErrors ? 'red' : 'green', hasErrors ? '✗' : '✓')} ${counted(modules, 'module')}, ` +
    `${counted(references.total, 'reference')} (${parts.join(', ')}): ${countSeverities(diagnostics)}`
  )
}

function commonest({ diagnostics, suppressed }: CheckReport): string {
  const counts = new Map<string, number>()
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1)
  const sorted = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const parts = sorted.slice(0, mostCodes).map(([code, count]) => `${count} ${code}`)
  if (sorted.length > mostCodes) parts.push(counted(sorted.length - mostCodes, 'more code'))
  if (suppressed > 0) parts.push(`${suppressed} suppressed`)
  return parts.length > 0 ? `  ${parts.join(', ')}` : ''
}

/** Text of modules becomes part of a command only when no shell can read anything into it. */
const harmless = /^[\w@./#][\w@./#:-]*$/
const crowded = 20
const widest = 60

interface Step {
  readonly command: string
  readonly does: string
}

function next(diagnostics: readonly Diagnostic[], root: string | undefined): string {
  if (root !== undefined && !harmless.test(root)) return ''
  const problems = diagnostics.filter(({ severity }) => severity !== 'info')
  const steps = [repair(problems), explanation(problems), narrower(problems)]
  const where = root === undefined ? '' : ` --root ${root}`
  const rows = steps
    .filter((step) => step !== undefined)
    .slice(0, 2)
    .map(({ command, does }) => [`${command}${where}`, does] as const)
  return rows.length > 0 ? `\nNext:\n${inColumns(rows).replaceAll(/^/gm, '  ')}` : ''
}

/** Beside each other, unless a command is so long that what the others do would stand far from them. */
function inColumns(rows: readonly (readonly [string, string])[]): string {
  const isNarrow = rows.every(([command]) => command.length <= widest)
  return isNarrow ? table(rows) : rows.map(([command, does]) => `${command}\n    ${does}`).join('\n')
}

function repair(problems: readonly Diagnostic[]): Step | undefined {
  return problems.some(({ suggestion }) => suggestion !== undefined)
    ? { command: 'heddle fix', does: 'shows what it can repair, with --write it does so' }
    : undefined
}

/** For the first reference that has no repair; failing that, for the first. */
function explanation(problems: readonly Diagnostic[]): Step | undefined {
  const missing = problems.filter(({ code }) => code === 'REFERENCE_MISSING')
  for (const { message, at } of missing.toSorted((a, b) => Number(!!a.suggestion) - Number(!!b.suggestion))) {
    const text = /^"([^"]+)"/.exec(message)?.[1]
    if (text && at && harmless.test(text) && harmless.test(at.path))
      return { command: `heddle why ${text} --from ${at.path}`, does: 'says every place that was looked at' }
  }
  return undefined
}

function narrower(problems: readonly Diagnostic[]): Step | undefined {
  if (problems.length < crowded) return undefined
  const counts = new Map<string, number>()
  for (const { at } of problems) if (at) counts.set(at.path, (counts.get(at.path) ?? 0) + 1)
  const [worst] = [...counts].toSorted(([, m], [, n]) => n - m)
  if (!worst || !harmless.test(worst[0])) return undefined
  return { command: `heddle check ${worst[0]}`, does: `the file with the most: ${worst[1]}` }
}

import type { CheckReport, Diagnostic } from '../index.ts'
import { countSeverities, painter, table, visible } from './print.ts'

const mostCodes = 5

/** What a check comes to: totals, the commonest codes, and the two commands that help most. */
export function summarise(report: CheckReport): string {
  const blocks = [totals(report), commonest(report), next(report.diagnostics)]
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
const harmless = /^[\w@./#:-]+$/
const crowded = 20

function next(diagnostics: readonly Diagnostic[]): string {
  const problems = diagnostics.filter(({ severity }) => severity !== 'info')
  const rows = [repair(problems), explanation(problems), narrower(problems)].filter(
    (row) => row !== undefined,
  )
  return rows.length > 0 ? `\nNext:\n${table(rows.slice(0, 2)).replaceAll(/^/gm, '  ')}` : ''
}

function repair(problems: readonly Diagnostic[]): string[] | undefined {
  const count = problems.filter(({ suggestion }) => suggestion !== undefined).length
  return count > 0
    ? ['heddle fix', `shows repairs: ${counted(count, 'finding')} with a suggestion`]
    : undefined
}

function explanation(problems: readonly Diagnostic[]): string[] | undefined {
  for (const { code, message, at } of problems) {
    const text = code === 'REFERENCE_MISSING' ? /^"([^"]+)"/.exec(message)?.[1] : undefined
    if (text && at && harmless.test(text) && harmless.test(at.path))
      return [`heddle why ${text} --from ${at.path}`, 'says every place that was looked at']
  }
  return undefined
}

function narrower(problems: readonly Diagnostic[]): string[] | undefined {
  if (problems.length < crowded) return undefined
  const counts = new Map<string, number>()
  for (const { at } of problems) if (at) counts.set(at.path, (counts.get(at.path) ?? 0) + 1)
  const [worst] = [...counts].toSorted(([, m], [, n]) => n - m)
  if (!worst || !harmless.test(worst[0])) return undefined
  return [`heddle check ${visible(worst[0])}`, `the file with the most: ${worst[1]}`]
}

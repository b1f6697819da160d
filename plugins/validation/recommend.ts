import type { GateSeverity } from 'heddle'
import {
  type Check,
  type CheckStatus,
  families,
  type Family,
  type Recommendation,
  type ToolFinding,
  type ValidationResult,
} from './result.ts'

type Judged = Pick<ValidationResult, 'checks' | 'findings' | 'coverage'>

const severityRank: readonly GateSeverity[] = ['blocking', 'conditional', 'warning']
const statusRank: readonly CheckStatus[] = ['failed', 'timed-out', 'empty', 'missing', 'skipped', 'cancelled']

/** What has failed goes before what did not run, what blocks before what only warns, then by family. */
export function recommend(
  judged: Judged,
  severities: Readonly<Record<Family, GateSeverity>>,
): Recommendation[] {
  const { checks, findings } = judged
  const open = families.flatMap((family) => checks[family]).filter(({ status }) => status !== 'passed')
  const ranked = open
    .toSorted(
      (a, b) =>
        statusRank.indexOf(a.status) - statusRank.indexOf(b.status) ||
        severityRank.indexOf(severities[a.family]) - severityRank.indexOf(severities[b.family]),
    )
    .map((check) => ({ check, family: check.family, ...adviceFor(check, findings) }))
  const isFailure = ({ check }: { check: Check }): boolean =>
    check.status === 'failed' || check.status === 'timed-out'
  const advice = ({ family, action, reason }: Recommendation): Recommendation => ({ family, action, reason })
  return [
    ...ranked.filter(isFailure).map(advice),
    ...coverageAdvice(judged),
    ...ranked.filter((one) => !isFailure(one)).map(advice),
    ...families.filter((family) => checks[family].length === 0).map(unnamedAdvice),
  ]
}

function adviceFor(check: Check, findings: readonly ToolFinding[]): Omit<Recommendation, 'family'> {
  const { command, status } = check
  switch (status) {
    case 'failed':
      return failedAdvice(check, findings)
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

function failedAdvice(check: Check, findings: readonly ToolFinding[]): Omit<Recommendation, 'family'> {
  const { command, summary, signal } = check
  const own = findings.filter((finding) => finding.command === command && finding.severity === 'error')
  const first = own.find(({ path }) => path !== null)
  if (first) {
    const files = new Set(own.map(({ path }) => path)).size
    return {
      action: `Mend ${first.path}:${first.line} first, then run "${command}" again.`,
      reason: `${count(own.length, 'error')} in ${count(files, 'file')}${mostOf(own)}.`,
    }
  }
  if (own[0])
    return { action: `Mend this first: ${own[0].message}`, reason: `${count(own.length, 'error')}.` }
  if (signal !== null)
    return { action: `Find out what ended "${command}".`, reason: `It was ended by ${signal}.` }
  const tests = summary.failed ? `${count(summary.failed, 'test')} failed.` : 'It ended with a failure.'
  return { action: `Make "${command}" pass.`, reason: tests }
}

/** The rule that most of many errors share, because one decision then mends them all. */
function mostOf(findings: readonly ToolFinding[]): string {
  const counts = new Map<string, number>()
  for (const { rule } of findings)
    if (rule !== null && rule !== 'test') counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const [most] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return most && findings.length >= 4 && most[1] * 2 >= findings.length
    ? `, ${most[1]} of them ${most[0]}`
    : ''
}

function coverageAdvice({ coverage }: Judged): Recommendation[] {
  if (!coverage || coverage.percent >= coverage.threshold) return []
  const { percent, threshold, source, lowest } = coverage
  const [first] = lowest
  return [
    {
      family: 'testing',
      action: first
        ? `Test ${first.path} first: ${count(first.uncovered, 'line')} of it nothing reaches.`
        : 'Test more.',
      reason: `Tests reach ${percent} % of the lines (${source}); ${threshold} % are asked for.`,
    },
  ]
}

function unnamedAdvice(family: Family): Recommendation {
  return {
    family,
    action: `Give the project a check for "${family}".`,
    reason: 'No manifest names one, so nothing is known of it.',
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

import type { GroupReport } from 'heddle'
import type { ReadinessResult, Reason } from './result.ts'

const rank = { bad: 0, unknown: 1, good: 2 } as const

/** The decision that follows from reasons. */
export function decide(
  reasons: readonly Reason[],
  rest: Pick<ReadinessResult, 'secrets' | 'versions'>,
): ReadinessResult {
  const sorted = reasons.toSorted((a, b) => rank[a.status] - rank[b.status])
  const decision = sorted.some(({ status }) => status === 'bad')
    ? 'no-go'
    : sorted.some(({ status }) => status === 'unknown')
      ? 'unknown'
      : 'go'
  const marks = { bad: '✗', unknown: '?', good: '✓' } as const
  const head = {
    go: 'Go.',
    'no-go': 'No go.',
    unknown: 'Not known: nothing speaks against it, but not all was seen.',
  }
  const summary = [head[decision], ...sorted.map(({ status, text }) => `${marks[status]} ${text}`)]
  return { summary, decision, reasons: sorted, ...rest }
}

/** The result with what the project's own checks said, when they ran in the same run. */
export function withChecks(groups: readonly GroupReport[]): readonly GroupReport[] {
  const checks = groups.find(({ name }) => name === 'validation/checks')?.synthesis
  return groups.map((group) => {
    if (group.name !== 'protocol/readiness' || !isResult(group.synthesis)) return group
    const { reasons, secrets, versions } = group.synthesis
    return { ...group, synthesis: decide([...reasons, ...reasonsOf(checks)], { secrets, versions }) }
  })
}

function isResult(value: unknown): value is ReadinessResult {
  return value !== null && typeof value === 'object' && 'reasons' in value
}

/** Read as data: the checks are another plugin's. */
function reasonsOf(checks: unknown): Reason[] {
  const passed = (checks as { passed?: Record<string, boolean | null> } | null | undefined)?.passed
  if (!passed) return [{ what: 'checks', status: 'unknown', text: "The project's own checks did not run." }]
  const coverage = (checks as { coverage?: { percent: number; threshold: number } | null }).coverage
  const isLow = coverage !== null && coverage !== undefined && coverage.percent < coverage.threshold
  return [
    ...Object.entries(passed).map(([family, verdict]): Reason => {
      if (verdict === true) return { what: 'checks', status: 'good', text: `The checks of ${family} pass.` }
      return verdict === false
        ? { what: 'checks', status: 'bad', text: `A check of ${family} fails.` }
        : { what: 'checks', status: 'unknown', text: `Of ${family} nothing is known: no check of it ran.` }
    }),
    ...(isLow
      ? [
          {
            what: 'checks' as const,
            status: 'bad' as const,
            text: `Tests reach ${coverage.percent} % of the lines, ${coverage.threshold} % are asked for.`,
          },
        ]
      : []),
  ]
}

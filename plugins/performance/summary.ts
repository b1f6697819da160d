import type { Metric, PerformanceResult } from './result.ts'
import { amountOf, percent } from './words.ts'

/** For each command or address, slowest first: its figures, what holds it up, where its time goes, what to do, what has changed. */
export function summaryOf(result: Omit<PerformanceResult, 'summary'>): string[] {
  const { metrics, bottlenecks, profiles, comparedWith, regressions } = result
  const lines = bottlenecks.flatMap(({ subject, kind, because }) => {
    const own = metrics.filter((metric) => metric.subject === subject)
    if (own.length === 0) return [`${subject}: not measured`]
    const functions = profiles.find((one) => one.subject === subject)?.functions.slice(0, 3) ?? []
    return [
      `${subject}: ${own.map(figure).join(', ')}`,
      `  bottleneck: ${kind}, ${because}`,
      ...functions.map(
        ({ name, path, line, share }) =>
          `  ${percent(share)} in ${name}${path === '' ? '' : ` ${path}:${line}`}`,
      ),
      `  → ${own[0]!.recommendation}`,
    ]
  })
  if (metrics.length === 0) return lines
  const compared =
    comparedWith === null
      ? 'nothing to compare with yet: these figures are kept for the next run'
      : regressions === 0
        ? `nothing is worse than in the last run (${comparedWith})`
        : `${regressions} figures are worse than in the last run (${comparedWith})`
  return [...lines, compared]
}

function figure(metric: Metric): string {
  const spread =
    metric.samples > 1 && metric.median > 0 ? ` ± ${percent(metric.deviation / metric.median)}` : ''
  const change =
    metric.verdict === 'better' || metric.verdict === 'worse'
      ? ` (${metric.verdict}: ${(metric.change ?? 0) > 0 ? '+' : '−'}${percent(Math.abs(metric.change ?? 0))})`
      : ''
  return `${metric.name} ${amountOf(metric)}${spread}${change}`
}

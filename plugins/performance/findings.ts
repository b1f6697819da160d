import type { Diagnostic } from 'heddle'
import type { Metric, PerformanceResult } from './result.ts'
import { amountOf, percent } from './words.ts'

/** What a person should look at in a result. */
export function findingsOf({ metrics, gaps, loads }: PerformanceResult): Diagnostic[] {
  return [
    ...metrics.filter(({ verdict }) => verdict === 'worse').map(grownWorse),
    ...loads.flatMap(({ url, errors, refused, answers }) =>
      answers > 0 && errors + refused > 0
        ? [
            {
              code: 'performance/load-errors',
              severity: 'warning' as const,
              message: `Under load "${url}" failed ${errors} times and answered ${refused} times with a status that is not 2xx.`,
              hint: 'Mend that first: the latencies of errors say nothing.',
            },
          ]
        : [],
    ),
    ...gaps
      .filter(({ what }) => what !== 'The measurement')
      .map(({ subject, what, why }) => ({
        code: 'performance/not-measured',
        severity: 'info' as const,
        message: `${what} of "${subject}": ${why}.`,
        hint: 'The other figures hold without it.',
      })),
  ]
}

function grownWorse(metric: Metric): Diagnostic {
  const { subject, name, previous, change } = metric
  return {
    code: 'performance/worse',
    severity: 'warning',
    message: `The ${name} of "${subject}" is ${amountOf(metric)}, ${percent(Math.abs(change ?? 0))} ${(change ?? 0) > 0 ? 'more' : 'less'} than in the last run (${amountOf({ ...metric, median: previous ?? 0 })}).`,
    hint: metric.recommendation,
  }
}

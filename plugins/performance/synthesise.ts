import type { Outcome } from 'heddle'
import { bottleneckOf } from './bottleneck.ts'
import { type Figures, figuresOf, type Measured, measuredIn } from './figures.ts'
import type { Entry, RecordOutput } from './history.ts'
import { recommend } from './recommend.ts'
import type { Bottleneck, Metric, MetricName, PerformanceResult } from './result.ts'
import type { Spread } from './statistics.ts'
import { summaryOf } from './summary.ts'

/** Reads all measurements into one result; the same outcomes always give the same result. */
export function synthesise(outcomes: readonly Outcome[], tolerance: number): PerformanceResult {
  const measured = measuredIn(outcomes)
  const figures = figuresOf(measured)
  const record = outcomes.find(({ kind, status }) => kind === 'measure-record' && status === 'done')
    ?.output as RecordOutput | undefined
  const bottlenecks = figures.map((one) => bottleneckOf(one, measured))
  const metrics = figures.flatMap((one, index) =>
    metricsOf(one, {
      measured,
      bottleneck: bottlenecks[index]!,
      previous: record?.previous[one.subject] ?? null,
      tolerance,
    }),
  )
  const result = {
    machine: measured.machine,
    metrics,
    bottlenecks,
    profiles: measured.profiles.flatMap(({ subject, profiler, functions }) =>
      profiler === null ? [] : [{ subject, profiler, functions }],
    ),
    loads: measured.loads,
    gaps: gapsOf(outcomes, measured, record),
    comparedWith: newest(Object.values(record?.previous ?? {})),
    regressions: metrics.filter(({ verdict }) => verdict === 'worse').length,
  }
  return { summary: summaryOf(result), ...result }
}

interface About {
  readonly measured: Measured
  readonly bottleneck: Bottleneck
  readonly previous: Entry | null
  readonly tolerance: number
}

function metricsOf({ subject, spreads }: Figures, about: About): Metric[] {
  const functions = about.measured.profiles.find((one) => one.subject === subject)?.functions ?? []
  const processors = about.measured.machine?.processors ?? 1
  return [...spreads].map(([name, spread]) => ({
    subject,
    name,
    unit: unitOf(name),
    ...spread,
    ...comparison(name, spread, about),
    recommendation: recommend(name, spread, { bottleneck: about.bottleneck, functions, processors }),
  }))
}

/** What lies within the spread of both runs has not changed, however small that is. */
function comparison(
  name: MetricName,
  spread: Spread,
  { previous, tolerance }: About,
): Pick<Metric, 'previous' | 'change' | 'verdict'> {
  const before = previous?.figures[name]
  if (!before) return { previous: null, change: null, verdict: null }
  if (before.median === 0) return { previous: 0, change: null, verdict: 'same' }
  const change = (spread.median - before.median) / before.median
  const noise = (3 * (spread.deviation + before.deviation)) / before.median
  const isSame = Math.abs(change) <= Math.max(tolerance, noise)
  const isMore = change > 0
  const verdict = isSame ? 'same' : isMore === (name === 'requests') ? 'better' : 'worse'
  return { previous: before.median, change, verdict }
}

function gapsOf(
  outcomes: readonly Outcome[],
  { times, resources, profiles }: Measured,
  record: RecordOutput | undefined,
): PerformanceResult['gaps'] {
  return [
    ...outcomes
      .filter(({ status }) => status !== 'done')
      .map(({ name, status, error }) => ({
        subject: name,
        what: 'The measurement',
        why: error?.message.replace(/\.$/, '') ?? `it was ${status}`,
      })),
    ...times.flatMap(({ subject, short, runs, asked }) =>
      short === 'budget'
        ? [{ subject, what: `${asked - runs.length} of ${asked} runs`, why: 'the time for them was spent' }]
        : [],
    ),
    ...resources.flatMap(({ subject, supported, runs, asked }) => {
      const what = 'CPU, memory, descriptors and disk'
      if (!supported) return [{ subject, what, why: 'this system does not tell what a process uses' }]
      if (runs.length < asked) return [{ subject, what, why: 'a run of it failed' }]
      return runs.every(({ samples }) => samples === 0)
        ? [{ subject, what, why: 'it ends too soon to be looked at' }]
        : []
    }),
    ...profiles.flatMap(({ subject, profiler }) =>
      profiler === null
        ? [{ subject, what: 'The CPU profile', why: 'only programs of Node and Python are profiled' }]
        : [],
    ),
    ...(record?.damaged ?? []).map((subject) => ({
      subject,
      what: 'The comparison',
      why: 'what was kept of earlier runs cannot be read, and was begun anew',
    })),
  ]
}

function newest(entries: readonly (Entry | null)[]): string | null {
  const times = entries.flatMap((entry) => (entry ? [entry.at] : [])).toSorted()
  return times.at(-1) ?? null
}

function unitOf(name: MetricName): Metric['unit'] {
  if (name === 'requests') return 'per second'
  if (name === 'open descriptors') return 'count'
  return name === 'wall time' || name === 'CPU time' || name.includes('latency') ? 'ms' : 'bytes'
}

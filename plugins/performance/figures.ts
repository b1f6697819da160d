import type { Outcome } from 'heddle'
import type { LoadOutput } from './load.ts'
import type { Machine } from './machine.ts'
import type { ProfileOutput } from './profile.ts'
import type { ResourcesOutput, Used } from './resources.ts'
import type { MetricName } from './result.ts'
import { type Spread, spreadOf } from './statistics.ts'
import type { TimeOutput } from './time.ts'

/** What one command or address was found to cost. */
export interface Figures {
  readonly subject: string
  readonly spreads: ReadonlyMap<MetricName, Spread>
}

/** What measurements gave; those that failed are kept with what they still gave. */
export interface Measured {
  readonly machine: Machine | null
  readonly times: readonly TimeOutput[]
  readonly resources: readonly ResourcesOutput[]
  readonly profiles: readonly ProfileOutput[]
  readonly loads: readonly LoadOutput[]
}

/** The outputs of a group's measurements, by their kinds. */
export function measuredIn(outcomes: readonly Outcome[]): Measured {
  const of = <T>(kind: string): T[] =>
    outcomes.filter((one) => one.kind === kind && one.output !== null).map(({ output }) => output as T)
  return {
    machine: of<Machine>('measure-machine')[0] ?? null,
    times: of('measure-time'),
    resources: of('measure-resources'),
    profiles: of('measure-profile'),
    loads: of('measure-load'),
  }
}

const ofRuns: readonly (readonly [MetricName, keyof Used])[] = [
  ['CPU time', 'cpuMs'],
  ['peak memory', 'peakMemoryBytes'],
  ['open descriptors', 'peakDescriptors'],
  ['bytes read', 'readBytes'],
  ['bytes written', 'writtenBytes'],
  ['disk read', 'diskReadBytes'],
  ['disk written', 'diskWrittenBytes'],
]

/** The figures of each command and address, the slowest first: by wall time, and behind them addresses by median latency. */
export function figuresOf({ times, resources, loads }: Measured): Figures[] {
  const commands = times.map(({ subject, runs }) => {
    const used =
      resources.find((one) => one.subject === subject)?.runs.filter(({ samples }) => samples > 0) ?? []
    return figures(subject, [
      ['wall time', runs],
      ...ofRuns.map(([name, key]) => [name, used.map((run) => run[key])] as const),
    ])
  })
  const addresses = loads.map(({ url, rounds }) =>
    figures(url, [
      ['median latency', rounds.map(({ p50 }) => p50)],
      ['latency of the slowest hundredth', rounds.map(({ p99 }) => p99)],
      ['requests', rounds.map(({ requests }) => requests)],
    ]),
  )
  return [...slowestFirst(commands, 'wall time'), ...slowestFirst(addresses, 'median latency')]
}

function figures(subject: string, lists: readonly (readonly [MetricName, readonly number[]])[]): Figures {
  const spreads = lists.flatMap(([name, list]) => {
    const spread = spreadOf(list)
    return spread ? [[name, spread] as const] : []
  })
  return { subject, spreads: new Map(spreads) }
}

function slowestFirst(list: readonly Figures[], by: MetricName): Figures[] {
  const of = ({ spreads }: Figures): number => spreads.get(by)?.median ?? -1
  return list.toSorted((a, b) => of(b) - of(a) || (a.subject < b.subject ? -1 : 1))
}

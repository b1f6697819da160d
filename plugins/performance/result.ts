import type { HotFunction } from './hot-functions.ts'
import type { LoadOutput } from './load.ts'
import type { Machine } from './machine.ts'
import type { Spread } from './statistics.ts'

export type { HotFunction } from './hot-functions.ts'

export type MetricName =
  | 'wall time'
  | 'CPU time'
  | 'peak memory'
  | 'open descriptors'
  | 'bytes read'
  | 'bytes written'
  | 'disk read'
  | 'disk written'
  | 'median latency'
  | 'latency of the slowest hundredth'
  | 'requests'

/** One figure of one command or address. */
export interface Metric extends Spread {
  readonly subject: string
  readonly name: MetricName
  readonly unit: 'ms' | 'bytes' | 'count' | 'per second'
  /** The median of the last run on this machine; null when there is none. */
  readonly previous: number | null
  /** How much it has changed since, as a share: 0.1 is a tenth more. Null without a last run. */
  readonly change: number | null
  /** `same` when the change is within the spread of the two runs or below the tolerance. */
  readonly verdict: 'better' | 'same' | 'worse' | null
  readonly recommendation: string
}

/** What holds a command or address up. */
export interface Bottleneck {
  readonly subject: string
  readonly kind: 'cpu' | 'waiting' | 'memory' | 'disk' | 'latency' | 'errors' | 'unknown'
  /** Why, in figures. */
  readonly because: string
}

/** What the pattern `performance` finds out. */
export interface PerformanceResult {
  /** What a person reads first: slowest first, the bottleneck of each, and what has changed. */
  readonly summary: readonly string[]
  readonly machine: Machine | null
  /** By subject, the slowest first; of one subject in a fixed order. */
  readonly metrics: readonly Metric[]
  readonly bottlenecks: readonly Bottleneck[]
  /** For each command the functions that took most of the time, slowest first. */
  readonly profiles: readonly {
    readonly subject: string
    readonly profiler: 'node' | 'python'
    readonly functions: readonly HotFunction[]
  }[]
  readonly loads: readonly LoadOutput[]
  /** Measurements that were not made, or not wholly, and why. */
  readonly gaps: readonly { readonly subject: string; readonly what: string; readonly why: string }[]
  /** When the figures that were compared with were taken; null when there are none. */
  readonly comparedWith: string | null
  readonly regressions: number
}

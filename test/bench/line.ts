import { median, type Series } from './rounds.ts'

export type Unit = 'ms' | 'MB' | 'µs' | '×'

/** One comparison: a line of the table. */
export interface Line {
  readonly row: string
  readonly ours: string
  readonly against: string
  readonly kind: 'peer' | 'limit' | 'own' | ''
  readonly theirs: string
  readonly ratio: number | null
  readonly goal: string
  /** Null where there is no goal, or nothing to judge it by. */
  readonly met: boolean | null
}

/** What a comparison says besides its two sides. */
export interface Comparison {
  readonly row: string
  readonly kind: 'peer' | 'limit' | 'own'
  readonly unit: Unit
  /** The ratio to reach; none when left out. */
  readonly goal?: number
  readonly stretch?: number
}

/** Ours against one other by the ratio of medians; a side without samples is told as such. */
export function compareSeries(
  ours: Series,
  theirs: Series,
  { row, kind, unit, goal, stretch }: Comparison,
): Line {
  const complete = ours.problem === null && theirs.problem === null
  const ratio = complete ? median(ours.values) / median(theirs.values) : null
  return {
    row,
    ours: describeSeries(ours, unit),
    against: theirs.name,
    kind,
    theirs: describeSeries(theirs, unit),
    ratio,
    goal: describeGoal(goal, stretch),
    met: ours.problem !== null ? false : ratio === null || goal === undefined ? null : ratio <= goal,
  }
}

/** A line that says why a row was not measured. */
export function skippedLine(row: string, why: string): Line {
  return { row, ours: 'skipped', against: why, kind: '', theirs: '', ratio: null, goal: '', met: null }
}

function describeGoal(goal: number | undefined, stretch: number | undefined): string {
  if (goal === undefined) return stretch === undefined ? '' : `(stretch ${stretch})`
  return `≤ ${goal} ×${stretch === undefined ? '' : ` (stretch ${stretch})`}`
}

/** A line that says what was wrong with a result of ours. */
export function wrongLine(row: string, what: string): Line {
  return { ...skippedLine(row, what), ours: 'WRONG', met: false }
}

/** True for a line that says that a result of ours was wrong; a missed goal is none. */
export function isWrong({ ratio, met }: Line): boolean {
  return met === false && ratio === null
}

/** `812 ms (790–840)`: the median, the least and the most. */
export function describeSeries({ values, problem }: Series, unit: Unit): string {
  if (problem !== null) return problem
  const low = Math.min(...values)
  const high = Math.max(...values)
  return `${round(median(values))} ${unit} (${round(low)}–${round(high)})`
}

/** Three digits that count. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return value.toFixed(digits)
}

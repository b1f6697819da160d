/** The middle of some figures and how far they lie apart. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
  /** The median distance from the median: one wild figure does not move it. */
  readonly deviation: number
  /** How many figures there are. */
  readonly samples: number
}

/** The spread of figures; undefined when there are none. */
export function spreadOf(figures: readonly number[]): Spread | undefined {
  const sorted = figures.toSorted((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return undefined
  const median = middleOf(sorted)
  const deviation = middleOf(sorted.map((figure) => Math.abs(figure - median)).toSorted((a, b) => a - b))
  return { median, least, most, deviation, samples: sorted.length }
}

function middleOf(sorted: readonly number[]): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

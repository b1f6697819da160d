import type { Facts, Taken } from './sample.ts'

/** One of those who are compared. */
export interface Side {
  readonly name: string
  take(): Promise<Taken>
  /** What is wrong with a result; undefined when it is right. */
  wrong?(facts: Facts): string | undefined
  /** The number that is compared; `ms` when left out. */
  figure?(facts: Facts, wholeMs: number): number
}

/** The samples of one side over all rounds. */
export interface Series {
  readonly name: string
  readonly values: readonly number[]
  readonly facts: readonly Facts[]
  /** Why there are no samples, or what was wrong with their results. */
  readonly problem: string | null
}

/**
 * Takes a sample of each side in turn, as many rounds as asked for (A B A B …), after one round that is not counted. A side
 * that failed or gave a wrong result stands aside from then on.
 */
export async function interleave(
  sides: readonly Side[],
  rounds: number,
): Promise<ReadonlyMap<string, Series>> {
  const taking = sides.map((side) => ({
    side,
    values: [] as number[],
    facts: [] as Facts[],
    problem: null as string | null,
  }))
  for (let round = 0; round <= rounds; round++) {
    for (const one of taking) {
      if (one.problem !== null) continue
      const taken = await one.side.take()
      one.problem = taken.ok ? (one.side.wrong?.(taken.facts) ?? null) : taken.reason
      if (!taken.ok || round === 0) continue
      one.values.push(one.side.figure?.(taken.facts, taken.wholeMs) ?? taken.facts.ms)
      one.facts.push(taken.facts)
    }
  }
  return new Map(taking.map(({ side, ...series }) => [side.name, { name: side.name, ...series }]))
}

/** The middle value; of an even number the mean of the two in the middle. Of none, not a number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which this share of the values lies, interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]!
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at))
}

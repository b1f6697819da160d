import type { Series } from '../rounds.ts'

/** A side that was not measured: what arithmetic says. */
export function idealSeries(name: string, ms: number): Series {
  return { name, values: [ms], facts: [], problem: null }
}

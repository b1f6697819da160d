import { isDeepStrictEqual } from 'node:util'
import type { GroupReport, Outcome, RunStatus } from './report.ts'

/** What two runs have not in common. */
export interface RunDifference {
  readonly a: ComparedRun
  readonly b: ComparedRun
  /** Operations that ended otherwise, gave something else, took another time, or are in one of the runs only. */
  readonly operations: readonly OperationDifference[]
  /** Operations that are in both runs and differ in none of that. */
  readonly same: number
}

export interface ComparedRun {
  readonly id: string
  readonly status: RunStatus | 'unfinished' | 'running' | 'unreadable'
  readonly wallMs: number | null
}

export interface OperationDifference {
  readonly group: string
  readonly name: string
  /** Null for the run that does not have it. */
  readonly status: readonly [Outcome['status'] | null, Outcome['status'] | null]
  readonly ranMs: readonly [number | null, number | null]
  readonly differs: readonly ('presence' | 'status' | 'output' | 'duration')[]
}

/** A change of less than this share, or of fewer milliseconds, is none. */
const leastShare = 0.1
const leastMs = 5

/** Compares the outcomes of two runs, in the order of the first. What was replayed or cached has no duration of its own. */
export function compareOutcomes(
  a: readonly GroupReport[],
  b: readonly GroupReport[],
): Pick<RunDifference, 'operations' | 'same'> {
  const [left, right] = [byName(a), byName(b)]
  const operations: OperationDifference[] = []
  let same = 0
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(key), right.get(key)]
    const differs = differencesOf(one?.outcome, other?.outcome)
    if (differs.length === 0) {
      same++
      continue
    }
    const { group, outcome } = (one ?? other)!
    operations.push({
      group,
      name: outcome.name,
      status: [one?.outcome.status ?? null, other?.outcome.status ?? null],
      ranMs: [one?.outcome.ranMs ?? null, other?.outcome.ranMs ?? null],
      differs,
    })
  }
  return { operations, same }
}

function differencesOf(a: Outcome | undefined, b: Outcome | undefined): OperationDifference['differs'] {
  if (!a || !b) return ['presence']
  return [
    ...(a.status === b.status ? [] : (['status'] as const)),
    ...(isDeepStrictEqual(withoutPlaces(a.output), withoutPlaces(b.output)) ? [] : (['output'] as const)),
    ...(tookAnotherTime(a, b) ? (['duration'] as const) : []),
  ]
}

/** Where output is stored differs from run to run: its length, its start and its end are compared. */
function withoutPlaces(output: unknown): unknown {
  if (output === null || typeof output !== 'object' || Array.isArray(output)) return output
  const { blob, ...rest } = output as Record<string, unknown>
  const kept = typeof blob === 'string' && typeof rest['bytes'] === 'number' ? rest : output
  return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, withoutPlaces(value)]))
}

function tookAnotherTime(a: Outcome, b: Outcome): boolean {
  if ([a, b].some(({ replayed, cache }) => replayed || cache?.hit)) return false
  const difference = Math.abs(a.ranMs - b.ranMs)
  return difference >= leastMs && difference > leastShare * Math.max(a.ranMs, b.ranMs)
}

function byName(groups: readonly GroupReport[]): Map<string, { group: string; outcome: Outcome }> {
  return new Map(
    groups.flatMap(({ name: group, operations }) =>
      operations.map((outcome) => [`${group}\u0000${outcome.name}`, { group, outcome }] as const),
    ),
  )
}

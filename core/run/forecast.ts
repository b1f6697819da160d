import type { Result } from '../base/result.ts'
import type { Regions } from './claims.ts'
import { type Conflicts, createConflictFinder, type Latest, type Position } from './conflicts.ts'
import type { Kinds } from './kinds.ts'
import type { Place } from './memory.ts'
import type { Runnable } from './operate.ts'
import type { NamedOperation, Plan, PlannedWork } from './plan.ts'
import { hintsOf, isKnown, makeRunnable, regionsOf } from './task.ts'

/** An operation of a plan before anything has run: what it would wait for, and when it could end. */
export interface Forecast extends Position {
  readonly group: PlannedWork
  readonly operation: NamedOperation
  /** What can be called, or why nothing can. */
  readonly runnable: Result<Runnable>
  /** False when only running it shows what it touches: then it runs ahead of its turn, and again if it must. */
  readonly isKnown: boolean
  readonly conflicts: Conflicts['nearest']
  /** Milliseconds that it took before; undefined when nobody knows. */
  readonly expectedMs: number | undefined
  /** What has to end last before it can start. */
  readonly after: number | undefined
}

export interface ForecastOptions {
  /** The kinds of the plan, prepared. */
  readonly kinds: Kinds
  readonly deadlineMs: number
  readonly expectedMs?: ((place: Place) => number | undefined) | undefined
}

/** What an operation counts that nobody knows the duration of: so little that known ones decide. */
export const unknownMs = 1

/** Looks ahead at a plan, in serial order. */
export function forecast(plan: Plan, options: ForecastOptions): readonly Forecast[] {
  const all: Forecast[] = []
  const finder = createConflictFinder()
  const ends = new Map<string, Latest>()
  for (const group of plan.groups) {
    const needed = group.needs.map((need) => ends.get(need)!)
    for (const operation of group.operations) {
      const runnable = makeRunnable(operation, options.kinds, options.deadlineMs)
      const regions = statedRegions(runnable)
      const { nearest, before } = finder.find(regions)
      const expectedMs = options.expectedMs?.({ group: group.name, operation })
      const at = positionAfter([...needed, before], all.length, expectedMs ?? unknownMs)
      finder.place(at, regions)
      all.push({
        ...at,
        group,
        operation,
        runnable,
        isKnown: isKnown(runnable),
        conflicts: nearest,
        expectedMs,
      })
    }
    ends.set(group.name, latestOf([...needed, ...all.slice(all.length - group.operations.length)]))
  }
  return all
}

/** Indices of the chain of operations that ends last, the first of them first. */
export function criticalChain(all: readonly Forecast[]): readonly number[] {
  let last: Forecast | undefined
  for (const each of all) if (!last || each.endMs > last.endMs) last = each
  const chain: number[] = []
  for (let at = last; at; at = at.after === undefined ? undefined : all[at.after]) chain.push(at.index)
  return chain.toReversed()
}

/** What it may touch where that is certain; otherwise what it says. A program without claims is taken to touch everything. */
export function statedRegions(runnable: Result<Runnable>): Regions {
  const isExternal = runnable.ok && runnable.value.kind.kind.effects === 'external'
  return isExternal || isKnown(runnable) ? regionsOf(runnable) : hintsOf(runnable)
}

function positionAfter(
  before: readonly Latest[],
  index: number,
  durationMs: number,
): Position & Pick<Forecast, 'after'> {
  let level = 0
  let last: Position | undefined
  for (const each of before) {
    level = Math.max(level, each.deepest?.level ?? 0)
    if (each.last && (!last || each.last.endMs > last.endMs)) last = each.last
  }
  return { index, level: level + 1, endMs: (last?.endMs ?? 0) + durationMs, after: last?.index }
}

function latestOf(parts: readonly (Latest | Position)[]): Latest {
  let deepest: Position | undefined
  let last: Position | undefined
  for (const part of parts) {
    const [deep, late] = 'index' in part ? [part, part] : [part.deepest, part.last]
    if (deep && (!deepest || deep.level > deepest.level)) deepest = deep
    if (late && (!last || late.endMs > last.endMs)) last = late
  }
  return { deepest, last, newest: undefined }
}

import type { Called } from './operate.ts'
import type { Outcome } from './report.ts'
import type { GroupState, Task } from './task.ts'

/** How a task ended, for the report. */
export function outcomeOf(task: Task, called: Called): Outcome {
  const { name, kind, attempts, reruns, ranMs, group, firstStartedAt, worker } = task
  const { status, output, error, quality } = called
  const openedAt = group.openedAt ?? firstStartedAt
  const queuedMs = firstStartedAt === undefined ? 0 : Math.max(0, firstStartedAt - openedAt!)
  const outcome = {
    name,
    kind,
    status,
    attempts,
    reruns,
    queuedMs,
    ranMs,
    output: output ?? null,
    error,
    quality,
  }
  if (worker === undefined) return called.known ? { ...outcome, ...called.known } : outcome
  return { ...outcome, ...called.known, worker }
}

/** The outcomes of a group in declared order; of operations that have run and are not settled, what came of them so far. */
export function outcomesOf(group: GroupState): readonly Outcome[] {
  return group.tasks.map((task) => task.outcome ?? outcomeOf(task, task.called!))
}

/** The outcomes of all that a group needs, directly or through others, by full name. */
export function outcomesOfNeeds(group: GroupState): ReadonlyMap<string, readonly Outcome[]> {
  const found = new Set(group.needs)
  for (const each of found) for (const needed of each.needs) found.add(needed)
  return new Map([...found].map((needed) => [needed.work.name, outcomesOf(needed)]))
}

import type { Place } from './memory.ts'
import type { GroupState, Task } from './task.ts'

/** Milliseconds that an operation is expected to take; undefined when nobody knows. */
export type Expectation = (place: Place) => number | undefined

/**
 * Lets those go first from which the longest chain is expected to follow (list scheduling by the critical path: Graham 1969).
 * Where nothing is known everything is equal, and the serial order decides.
 */
export function rankTasks(groups: readonly GroupState[], expected: Expectation): void {
  const after = new Float64Array(groups.length)
  for (const group of groups.toReversed()) {
    let longest = 0
    for (const task of group.tasks) {
      const ms = expectedOf(task, expected)
      task.rank = -(ms + after[group.index]!)
      longest = Math.max(longest, ms)
    }
    const chain = after[group.index]! + longest
    for (const needed of group.needs) after[needed.index] = Math.max(after[needed.index]!, chain)
  }
}

function expectedOf({ group, operation }: Task, expected: Expectation): number {
  return expected({ group: group.work.name, operation }) ?? 0
}

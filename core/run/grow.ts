import type { Diagnostic } from '../base/diagnostic.ts'
import { messageOf } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'
import { outcomesOf, outcomesOfNeeds } from './outcome.ts'
import type { NamedOperation } from './plan.ts'
import { mostOperations, nameOperations, tooLarge } from './plan.ts'
import type { GroupState } from './task.ts'

/** What a group grows by; EXPAND_FAILED names the group when its function throws or names are taken. `size` is that of the plan so far. */
export function growGroup(group: GroupState, size: number): Result<readonly NamedOperation[]> {
  const { name } = group.work
  try {
    const operations = group.work.expand!(outcomesOf(group), group.round + 1, outcomesOfNeeds(group))
    if (!Array.isArray(operations)) return failed(expandFailed(name, 'it did not give a list'))
    const { rounds = 1 } = group.work
    if (group.round >= rounds) return operations.length > 0 ? failed(roundsSpent(name, rounds)) : done([])
    if (size + operations.length > mostOperations) return failed(tooLarge(size + operations.length))
    const named = nameOperations(name, operations, group.operations)
    return named.ok ? named : failed(expandFailed(name, named.diagnostic.message))
  } catch (thrown) {
    return failed(expandFailed(name, messageOf(thrown)))
  }
}

function expandFailed(group: string, why: string): Diagnostic {
  return {
    code: 'EXPAND_FAILED',
    severity: 'error',
    message: `The group "${group}" could not grow: ${why.replace(/\.$/, '')}.`,
    hint: 'Report this to the author of the plugin.',
  }
}

function roundsSpent(group: string, rounds: number): Diagnostic {
  return {
    code: 'ROUNDS_SPENT',
    severity: 'error',
    message: `The group "${group}" was not done after ${rounds} rounds.`,
    hint: 'Give it more rounds, or find out why it does not come to an end.',
  }
}

/** Whether a group is to be run; CONDITION_FAILED when its own function cannot say. */
export function isWanted(group: GroupState): Result<boolean> {
  const { name, when } = group.work
  if (!when) return done(true)
  try {
    const wanted: unknown = when(outcomesOfNeeds(group))
    if (typeof wanted === 'boolean') return done(wanted)
    return failed(conditionFailed(name, 'its answer is neither true nor false'))
  } catch (thrown) {
    return failed(conditionFailed(name, messageOf(thrown)))
  }
}

function conditionFailed(group: string, why: string): Diagnostic {
  return {
    code: 'CONDITION_FAILED',
    severity: 'error',
    message: `The condition of the group "${group}" failed: ${why.replace(/\.$/, '')}`,
    hint: 'Report this to the author of the plugin.',
  }
}

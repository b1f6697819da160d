import type { Diagnostic } from '../base/diagnostic.ts'
import { messageOf } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { failed } from '../base/result.ts'
import { outcomesOf } from './outcome.ts'
import type { NamedOperation } from './plan.ts'
import { mostOperations, nameOperations, tooLarge } from './plan.ts'
import type { GroupState } from './task.ts'

/** What a group grows by; EXPAND_FAILED names the group when its function throws or names are taken. `size` is that of the plan so far. */
export function growGroup(group: GroupState, size: number): Result<readonly NamedOperation[]> {
  const { name } = group.work
  try {
    const operations = group.work.expand!(outcomesOf(group))
    if (!Array.isArray(operations)) return failed(expandFailed(name, 'it did not give a list'))
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

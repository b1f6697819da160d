import type { OperationFailure, RecoveryStrategy } from './failure.ts'
import type { OperationName } from './operation.ts'
import { operationKey, type RunRecord } from './record.ts'
import { isContention, isRecoverable } from './recovery.ts'
import type { GroupReport } from './report.ts'

export interface FailureParts {
  readonly groups: readonly GroupReport[]
  /** Names of the groups that each group needs. */
  readonly needs: ReadonlyMap<string, readonly string[]>
  readonly record: RunRecord
}

/** Everything that failed, in declared order. */
export function findFailures({ groups, needs, record }: FailureParts): readonly OperationFailure[] {
  const dependants = new Map<string, readonly OperationName[]>()
  return groups.flatMap(({ name: group, operations }) =>
    operations
      .filter(({ status }) => status === 'failed' || status === 'timed-out')
      .map(({ name, error }) => {
        const operation = { group, operation: name }
        const key = operationKey(operation)
        if (!dependants.has(group)) dependants.set(group, skippedAfter(group, groups, needs))
        return {
          operation,
          recoverable: record.retried.has(key) || record.fellBack.has(key) || isRecoverable(error),
          dependentOperations: dependants.get(group)!,
          cause: error,
        }
      }),
  )
}

/** What to do about failures; undefined when there are none. */
export function planRecovery(failures: readonly OperationFailure[]): RecoveryStrategy | undefined {
  if (failures.length === 0) return undefined
  const individualRecoveries = failures
    .filter(({ recoverable }) => recoverable)
    .map((failure): RecoveryStrategy['individualRecoveries'][number] => {
      const { operation, dependentOperations } = failure
      return isContention(failure.cause) || dependentOperations.length > 0
        ? { type: 'sequential-fallback', operations: [operation, ...dependentOperations] }
        : { type: 'individual-retry', operation }
    })
  const types = new Set(individualRecoveries.map(({ type }) => type))
  const overallStrategy = types.size > 1 ? 'mixed' : ([...types][0] ?? 'repair-first')
  return { individualRecoveries, overallStrategy, successCriteria: failures.map(criterion) }
}

function criterion({ operation, dependentOperations }: OperationFailure): string {
  const count = dependentOperations.length
  const others =
    count === 0 ? '' : ` and ${count === 1 ? 'the one operation' : `the ${count} operations`} after it`
  return `"${operation.operation}" of the group "${operation.group}"${others} must be done.`
}

function skippedAfter(
  failed: string,
  groups: readonly GroupReport[],
  needs: FailureParts['needs'],
): readonly OperationName[] {
  const reached = new Set([failed])
  const found: OperationName[] = []
  for (const { name: group, operations } of groups) {
    if (group === failed || !needs.get(group)?.some((need) => reached.has(need))) continue
    reached.add(group)
    for (const { name, status } of operations)
      if (status === 'skipped') found.push({ group, operation: name })
  }
  return found
}

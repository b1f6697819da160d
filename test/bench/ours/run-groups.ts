import { createClock } from '../../../core/base/clock.ts'
import { builtinOperations } from '../../../core/operations/index.ts'
import { type ExecuteOptions, execute } from '../../../core/run/execute.ts'
import type { Group } from '../../../core/run/group.ts'
import type { OperationKind } from '../../../core/run/operation.ts'
import { createPlan } from '../../../core/run/plan.ts'
import type { Report } from '../../../core/run/report.ts'
import { memoryFiles } from '../../../core/vfs/memory.ts'
import { createWorkspace } from '../../../core/vfs/workspace.ts'

/** Runs groups in memory, with every policy on and somebody who listens; throws unless all is done. */
export async function runGroups(
  groups: readonly Group[],
  kinds: readonly OperationKind[],
  options: Partial<ExecuteOptions> = {},
): Promise<{ readonly report: Report; readonly ms: number; readonly events: number }> {
  const known = new Map([...builtinOperations, ...kinds.map((kind) => [kind.kind, kind] as const)])
  const workspace = options.workspace ?? createWorkspace(memoryFiles())
  const clock = createClock()
  let events = 0
  const since = performance.now()
  const plan = createPlan(groups)
  if (!plan.ok) throw new Error(plan.diagnostic.message)
  const report = await execute(plan.value, {
    command: 'bench',
    id: 'bench',
    folder: null,
    clock,
    kinds: (kind) => known.get(kind),
    onEvent: () => void events++,
    ...options,
    workspace,
  })
  const ms = performance.now() - since
  const failed = report.groups.flatMap(({ operations }) => operations).find(({ status }) => status !== 'done')
  if (failed) throw new Error(`${failed.name} is ${failed.status}: ${failed.error?.message}`)
  return { report, ms, events }
}

/** A kind that is idempotent and has no effects. */
export function kindOf<I>(kind: string, run: OperationKind<I>['run'], rest: Partial<OperationKind<I>> = {}) {
  return {
    kind,
    description: 'Made by a benchmark',
    lane: 'io',
    effects: 'none',
    idempotent: true,
    input: (z) => z.any(),
    output: (z) => z.any(),
    run,
    ...rest,
  } satisfies OperationKind<I> as OperationKind
}

/** Operations that touch nothing. */
export const nothing = { reads: [], writes: [] }

import type { Clock } from '../../core/base/clock.ts'
import { builtinOperations } from '../../core/operations/index.ts'
import { type ExecuteOptions, execute } from '../../core/run/execute.ts'
import type { Group } from '../../core/run/group.ts'
import type { Operation, OperationContext, OperationKind } from '../../core/run/operation.ts'
import { createPlan } from '../../core/run/plan.ts'
import type { Report } from '../../core/run/report.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'

/** What an operation of a test does. */
export type Deed = (context: OperationContext) => unknown

/** A kind whose operations do what stands under their names. */
export function deedKind(deeds: Readonly<Record<string, Deed>>): OperationKind {
  const kind: OperationKind<{ deed: string }> = {
    kind: 'deed',
    description: 'Made by a test',
    lane: 'io',
    effects: 'workspace',
    idempotent: false,
    input: (z) => z.object({ deed: z.string() }),
    output: (z) => z.unknown(),
    run: ({ deed }, context) => deeds[deed]!(context),
  }
  return kind
}

/** The operation that does the deed of this name. */
export function deed(name: string, rest: Partial<Operation> = {}): Operation {
  return { kind: 'deed', name, input: { deed: name }, ...rest }
}

export const nothing = { reads: [], writes: [] }

/** Runs groups of deeds in memory. */
export function runDeeds(
  groups: readonly Group[],
  deeds: Readonly<Record<string, Deed>>,
  options: Partial<ExecuteOptions> & { readonly clock: Clock },
): Promise<Report> {
  const plan = createPlan(groups)
  if (!plan.ok) throw new Error(plan.diagnostic.message)
  const kinds = new Map(builtinOperations).set('deed', deedKind(deeds))
  const workspace = createWorkspace(memoryFiles())
  return execute(plan.value, {
    command: 'threat',
    id: 'threat',
    folder: null,
    workspace,
    kinds: (kind) => kinds.get(kind),
    ...options,
  })
}

import type { GateReport, RunStatus } from '../../core/run/report.ts'
import { type CallOptions, callOnModel } from './call-on-model.ts'
import type { Model } from './file-model.ts'
import {
  type Found,
  growBy,
  isWanted,
  type GroupDraft,
  type NamedDraft,
  type PlanDraft,
  synthesisOf,
} from './plan-draft.ts'

/** What a run gives that must not depend on how it was carried out. */
export interface RunResult {
  readonly status: RunStatus
  readonly groups: readonly {
    readonly name: string
    readonly operations: readonly Found[]
    readonly synthesis: unknown
  }[]
  readonly gates: readonly Pick<GateReport, 'name' | 'status'>[]
  readonly findings: readonly string[]
  readonly files: Readonly<Record<string, string | null>>
}

/**
 * Carries out a plan in the simplest way there is: group after group, operation after operation, on a Map. It shares the
 * kinds of operations with the executor, and nothing else.
 */
export async function runOneByOne(draft: PlanDraft, model: Model, options: CallOptions): Promise<RunResult> {
  const done = new Map<string, GroupResult>()
  const order = orderOf(draft.groups)
  const call = (operation: NamedDraft): Promise<Found> => callOnModel(operation, model, options)
  for (const group of order) done.set(group.name, await runGroup(group, { groups: draft.groups, done, call }))
  const groups = [...done].map(([name, { operations, synthesis }]) => ({ name, operations, synthesis }))
  const gates = order.flatMap((group) => gatesOf(group, done.get(group.name)!))
  const all = groups.flatMap(({ operations }) => operations)
  const isWhole =
    all.length > 0 &&
    all.every(({ status, error }) => status === 'done' || error?.code === notWanted) &&
    gates.every(({ status }) => status !== 'failed')
  return {
    status: isWhole ? 'passed' : 'partial',
    groups,
    gates,
    findings: order
      .filter(({ name, synthesises }) => synthesises && !done.get(name)!.isSkipped)
      .map(({ name }) => `${done.get(name)!.operations.length} in ${name}`),
    files: Object.fromEntries([...model].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

interface GroupResult {
  readonly operations: readonly Found[]
  readonly synthesis: unknown
  readonly isSkipped: boolean
  /** Why what needs it is skipped. */
  readonly broken?: string | undefined
}

interface Running {
  readonly groups: readonly GroupDraft[]
  readonly done: ReadonlyMap<string, GroupResult>
  call(operation: NamedDraft): Promise<Found>
}

/** What a group needs comes before it, in the order in which it names it; otherwise as declared. */
function orderOf(groups: readonly GroupDraft[]): GroupDraft[] {
  const order: GroupDraft[] = []
  const place = (group: GroupDraft): void => {
    if (order.includes(group)) return
    for (const need of group.needs) place(groups.find(({ name }) => name === need)!)
    order.push(group)
  }
  groups.forEach(place)
  return order
}

const notWanted = 'NOT_WANTED'

async function runGroup(group: GroupDraft, running: Running): Promise<GroupResult> {
  const broken = group.needs.map((need) => running.done.get(need)!.broken).find((each) => each !== undefined)
  if (broken !== undefined) {
    const error = { code: 'DEPENDENCY_FAILED', message: `Skipped because ${broken}.` }
    return { ...skipGroup(group, error), broken }
  }
  if (group.isConditional && !isWanted(neededBy(group, running))) {
    const message = `Not wanted: the condition of the group "${group.name}" does not hold.`
    return skipGroup(group, { code: notWanted, message })
  }
  const operations: Found[] = []
  for (const operation of group.operations) operations.push(await running.call(operation))
  await grow(group, operations, running)
  const first = operations.find(({ status }) => status !== 'done')
  const shown = new Map([...neededBy(group, running), [group.name, operations] as const])
  return {
    operations,
    synthesis: group.synthesises ? synthesisOf(shown) : null,
    isSkipped: false,
    broken: first && `"${first.name}" of the group "${group.name}" failed`,
  }
}

async function grow({ growth }: GroupDraft, operations: Found[], running: Running): Promise<void> {
  if (!growth) return
  for (let round = 1; round <= growth.rounds; round++) {
    const grown = growBy(growth, operations, round)
    if (grown.length === 0) return
    for (const operation of grown) operations.push(await running.call(operation))
  }
}

/** The outcomes of all that the group needs, directly or through others. */
function neededBy(group: GroupDraft, { groups, done }: Running): ReadonlyMap<string, readonly Found[]> {
  const needed = new Map<string, readonly Found[]>()
  const open = [...group.needs]
  for (const name of open) {
    needed.set(name, done.get(name)!.operations)
    open.push(...groups.find((each) => each.name === name)!.needs.filter((need) => !needed.has(need)))
  }
  return needed
}

function skipGroup({ operations }: GroupDraft, error: NonNullable<Found['error']>): GroupResult {
  return {
    operations: operations.map(({ name, kind }) => ({
      name,
      kind,
      status: 'skipped',
      output: null,
      error,
      quality: null,
    })),
    synthesis: null,
    isSkipped: true,
  }
}

function gatesOf({ name, synthesises }: GroupDraft, result: GroupResult): RunResult['gates'] {
  if (!synthesises) return []
  const verdict = result.operations.every(({ status }) => status === 'done') ? 'passed' : 'failed'
  return [{ name: `all of ${name}`, status: result.isSkipped ? 'skipped' : verdict }]
}

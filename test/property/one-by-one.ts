import type { GateReport, RunStatus } from '../../core/run/report.ts'
import { type CallOptions, callOnModel } from './call-on-model.ts'
import type { Model } from './file-model.ts'
import {
  type Found,
  growBy,
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
    all.every(({ status }) => status === 'done') &&
    gates.every(({ status }) => status === 'passed')
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

async function runGroup(group: GroupDraft, running: Running): Promise<GroupResult> {
  const cause = group.needs.map((need) => running.done.get(need)!.broken).find((each) => each !== undefined)
  if (cause !== undefined) {
    const operations = group.operations.map((operation) => skipped(operation, cause))
    return { operations, synthesis: null, isSkipped: true, broken: cause }
  }
  const operations: Found[] = []
  for (const operation of group.operations) operations.push(await running.call(operation))
  if (group.growth)
    for (const operation of growBy(group.growth, operations)) operations.push(await running.call(operation))
  const first = operations.find(({ status }) => status !== 'done')
  return {
    operations,
    synthesis: group.synthesises ? synthesisOf(shownTo(group, operations, running)) : null,
    isSkipped: false,
    broken: first && `"${first.name}" of the group "${group.name}" failed`,
  }
}

/** The outcomes of the group and of all that it needs, directly or through others. */
function shownTo(
  group: GroupDraft,
  own: readonly Found[],
  { groups, done }: Running,
): ReadonlyMap<string, readonly Found[]> {
  const shown = new Map([[group.name, own]])
  const open = [...group.needs]
  for (const name of open) {
    shown.set(name, done.get(name)!.operations)
    open.push(...groups.find((each) => each.name === name)!.needs.filter((need) => !shown.has(need)))
  }
  return shown
}

function skipped({ name, kind }: NamedDraft, cause: string): Found {
  const error = { code: 'DEPENDENCY_FAILED', message: `Skipped because ${cause}.` }
  return { name, kind, status: 'skipped', output: null, error, quality: null }
}

function gatesOf({ name, synthesises }: GroupDraft, result: GroupResult): RunResult['gates'] {
  if (!synthesises) return []
  const verdict = result.operations.every(({ status }) => status === 'done') ? 'passed' : 'failed'
  return [{ name: `all of ${name}`, status: result.isSkipped ? 'skipped' : verdict }]
}

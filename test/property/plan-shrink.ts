import type { GroupDraft, NamedDraft, PlanDraft } from './plan-draft.ts'
import type { Step } from './script-steps.ts'

/** Leaves out of the plan whatever can be left out while it still `differs`; takes half a minute at most. */
export async function shrinkPlan(
  draft: PlanDraft,
  differs: (smaller: PlanDraft) => Promise<boolean>,
): Promise<PlanDraft> {
  let best = draft
  const until = performance.now() + 30_000
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false
    for (const candidate of smallerThan(best)) {
      if (performance.now() > until) return best
      if (!(await differs(candidate))) continue
      best = candidate
      isSmaller = true
      break
    }
  }
  return best
}

/** Plans with one thing less, the largest things first. */
function* smallerThan(draft: PlanDraft): Generator<PlanDraft> {
  for (const { name } of draft.groups) yield { ...draft, groups: withoutGroup(draft.groups, name) }
  for (const [index, group] of draft.groups.entries()) {
    for (const smaller of smallerGroups(group)) yield { ...draft, groups: draft.groups.with(index, smaller) }
  }
  for (const path of Object.keys(draft.files)) {
    const { [path]: _, ...files } = draft.files
    yield { ...draft, files }
  }
}

function withoutGroup(groups: readonly GroupDraft[], name: string): GroupDraft[] {
  return groups
    .filter((group) => group.name !== name)
    .map((group) => ({ ...group, needs: group.needs.filter((need) => need !== name) }))
}

function* smallerGroups(group: GroupDraft): Generator<GroupDraft> {
  const { growth } = group
  if (growth) yield without(group, 'growth')
  if (group.synthesises) yield without(group, 'synthesises')
  if (group.isConditional) yield without(group, 'isConditional')
  for (const needs of oneLess(group.needs)) yield { ...group, needs }
  for (const operations of smallerLists(group.operations)) yield { ...group, operations }
  if (!growth) return
  for (const either of smallerLists(growth.either)) yield { ...group, growth: { ...growth, either } }
  for (const or of smallerLists(growth.or)) yield { ...group, growth: { ...growth, or } }
}

function without(group: GroupDraft, key: 'growth' | 'synthesises' | 'isConditional'): GroupDraft {
  const smaller = { ...group }
  delete smaller[key]
  return smaller
}

function* smallerLists(operations: readonly NamedDraft[]): Generator<readonly NamedDraft[]> {
  yield* oneLess(operations)
  for (const [index, operation] of operations.entries()) {
    const { steps } = operation.input as { steps?: readonly Step[] }
    if (steps)
      for (const fewer of oneLess(steps))
        yield operations.with(index, { ...operation, input: { name: operation.name, steps: fewer } })
  }
}

function* oneLess<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let index = 0; index < items.length; index++) yield items.toSpliced(index, 1)
}

import type { Outcome } from 'heddle'
import { asksStatus } from './condition.ts'
import { allHold, type Making, valuesOf } from './operations.ts'
import { type After, levelsOf } from './order.ts'
import type { WorkflowStep } from './result.ts'
import type { Step } from './step.ts'

/** A workflow as it was planned. */
export interface Workflow {
  readonly steps: readonly Step[]
  readonly order: ReadonlyMap<string, readonly After[]>
  readonly making: Making
}

type Outcomes = ReadonlyMap<string, readonly Outcome[]>

/** How each step ended; of one that came to no operations, what it comes after says why. */
export function statusesOf(
  { steps, order, making }: Workflow,
  outcomes: Outcomes,
): readonly WorkflowStep['status'][] {
  const levels = levelsOf(order)
  const found = new Map<string, WorkflowStep['status']>()
  for (const step of steps.toSorted((a, b) => levels.get(a.name)! - levels.get(b.name)!)) {
    const own = outcomes.get(`chain/${step.name}`) ?? []
    const before = (order.get(step.name) ?? []).map((after) => found.get(after.step))
    const isBroken = before.some((status) => status !== 'done' && status !== 'not-wanted')
    if (own.length > 0) found.set(step.name, statusOf(own))
    else if (isBroken && !step.when.some(asksStatus)) found.set(step.name, 'skipped')
    else found.set(step.name, isUnwanted(step, making, outcomes) ? 'not-wanted' : 'done')
  }
  return steps.map(({ name }) => found.get(name)!)
}

function statusOf(outcomes: readonly Outcome[]): WorkflowStep['status'] {
  const bad = outcomes.find(({ status }) => status !== 'done')
  if (!bad) return 'done'
  return bad.status === 'skipped' && bad.error?.code === 'NOT_WANTED' ? 'not-wanted' : bad.status
}

function isUnwanted({ when }: Step, making: Making, outcomes: Outcomes): boolean {
  try {
    return when.length > 0 && !allHold(when, valuesOf(making, outcomes.values()))
  } catch {
    return true
  }
}

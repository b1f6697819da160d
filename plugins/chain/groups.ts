import { defineGroup, type Group, type Outcome } from 'heddle'
import { asksStatus, stepOf } from './condition.ts'
import { allHold, type Making, operationsOf, valuesOf } from './operations.ts'
import type { After } from './order.ts'
import { createRounds } from './rounds.ts'
import type { Step } from './step.ts'
import { holesIn } from './values.ts'

type Outcomes = ReadonlyMap<string, readonly Outcome[]>

/** The group of a step: what it does is known at once, or follows from what it comes after. */
export function groupOf(step: Step, after: readonly After[], making: Making): Group {
  const asked = new Set(step.when.filter(asksStatus).map(({ path }) => stepOf(path)))
  return defineGroup({
    name: step.name,
    needs: after.map((each) => each.step),
    // A step that asks how another ended is for the case that it failed, too.
    ...(asked.size > 0 && { always: true }),
    ...(step.when.length > 0 && { when: (outcomes) => isWanted(step, { outcomes, asked, making }) }),
    ...workOf(step, making),
  })
}

function workOf(step: Step, making: Making): Pick<Group, 'operations' | 'expand' | 'rounds' | 'synthesise'> {
  if (step.until.length > 0) {
    const { most, next } = createRounds(step, making)
    const expand: Group['expand'] = (own, _, needed) => next(own, needed.values())
    return { operations: [], rounds: most, expand, synthesise: counted }
  }
  if (step.each === null && !usesSteps(step, making)) return { operations: operationsOf(step, making, []) }
  const expand: Group['expand'] = (_, __, needed) => operationsOf(step, making, needed.values())
  return { operations: [], expand, synthesise: counted }
}

function counted(outcomes: readonly Outcome[]): { readonly operations: number; readonly done: number } {
  return { operations: outcomes.length, done: outcomes.filter(({ status }) => status === 'done').length }
}

function usesSteps({ action }: Step, { steps }: Making): boolean {
  return holesIn(action?.input).some((path) => steps.has(stepOf(path)))
}

/** What else it comes after must have been done, or not wanted. */
function isWanted(
  step: Step,
  { outcomes, asked, making }: { outcomes: Outcomes; asked: ReadonlySet<string>; making: Making },
): boolean {
  const isBroken = [...outcomes].some(
    ([group, own]) =>
      !asked.has(group.slice(group.lastIndexOf('/') + 1)) &&
      own.some(({ status, error }) => status !== 'done' && error?.code !== 'NOT_WANTED'),
  )
  return (asked.size === 0 || !isBroken) && allHold(step.when, valuesOf(making, outcomes.values()))
}

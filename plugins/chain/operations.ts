import type { Operation, Outcome } from 'heddle'
import { type Condition, holds } from './condition.ts'
import { type Permission, refusalOf } from './permission.ts'
import type { Action, Step } from './step.ts'
import { createValues, fillInput, type Known, type Values } from './values.ts'

/** What the steps of a workflow are made into operations with. */
export interface Making extends Permission {
  readonly arguments: Readonly<Record<string, string>>
  /** All steps by name, those inside others too. */
  readonly steps: ReadonlyMap<string, Step>
}

/** The values that are there once these operations have ended. */
export function valuesOf(making: Making, groups: Iterable<readonly Outcome[]>, more: object = {}): Values {
  const known = new Map<string, Known>(
    [...making.steps].map(([name, { each }]) => [name, { outcomes: [], isEach: each !== null }]),
  )
  for (const outcomes of groups) {
    for (const outcome of outcomes) {
      const name = stepNamed(outcome.name)
      const step = known.get(name)
      if (step) known.set(name, { ...step, outcomes: [...step.outcomes, outcome] })
    }
  }
  return createValues(known, { ...making.arguments, ...more })
}

/** The step that an operation belongs to: `test (2)` is the second round of `test`. */
export function stepNamed(operation: string): string {
  return operation.replace(/ \(\d+\)$/, '')
}

/** The operations of a step that is done once, or once for each entry of a list. */
export function operationsOf(
  step: Step,
  making: Making,
  groups: Iterable<readonly Outcome[]>,
): readonly Operation[] {
  const { name, each, action } = step
  if (action === null) return []
  const known = [...groups]
  if (each === null) return [operationOf(name, action, making, () => valuesOf(making, known))]
  return orRefused(name, () => {
    const list = valuesOf(making, known).get(each)
    if (!Array.isArray(list)) throw new Error(`"${each}" is no list.`)
    return list.map((item: unknown, index) =>
      operationOf(`${name} (${index + 1})`, action, making, () => valuesOf(making, known, { item })),
    )
  })
}

/** One operation, or one that says why it cannot be. */
export function operationOf(name: string, action: Action, making: Making, values: () => Values): Operation {
  const [operation] = orRefused(name, () => {
    const input = fillInput(action, values())
    const refusal = refusalOf({ kind: action.kind, input }, making)
    if (refusal) return [{ kind: 'chain-refuse', name, input: refusal }]
    return [
      {
        kind: action.kind,
        name,
        input,
        ...(Object.keys(action.claims).length > 0 && { claims: action.claims }),
      },
    ]
  })
  return operation!
}

/** Whether all conditions hold. */
export function allHold(conditions: readonly Condition[], values: Values): boolean {
  return conditions.every((condition) => holds(condition, (path) => values.get(path)))
}

function orRefused(name: string, make: () => readonly Operation[]): readonly Operation[] {
  try {
    return make()
  } catch (thrown) {
    const input = {
      code: 'chain/value',
      message: (thrown as Error).message,
      hint: 'Look at what the earlier step gives: heddle run … --format json.',
    }
    return [{ kind: 'chain-refuse', name, input }]
  }
}

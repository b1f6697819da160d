import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import { topologicalOrder } from '../base/order.ts'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'
import type { Group } from './group.ts'
import type { Operation } from './operation.ts'

/** An operation with the name that the report shows. */
export interface NamedOperation extends Operation {
  readonly name: string
}

/** A group whose needs are full names of groups that come before it. */
export interface PlannedWork extends Group {
  readonly needs: readonly string[]
  readonly operations: readonly NamedOperation[]
}

declare const planBrand: unique symbol

/** Groups in serial order: topological by needs, then as declared. */
export interface Plan {
  readonly [planBrand]: true
  readonly groups: readonly PlannedWork[]
}

const none: readonly string[] = []

/** More operations than this are refused. */
export const mostOperations = 100_000

/**
 * Checks names and needs, and puts the groups in their serial order. Refused: `PLAN_DUPLICATE`, `PLAN_NEED_UNKNOWN`,
 * `PLAN_CYCLE` with the chain, `PLAN_TOO_LARGE`.
 */
export function createPlan(groups: readonly Group[]): Result<Plan> {
  const names = new Set<string>()
  for (const { name } of groups) {
    if (names.has(name)) return failed(duplicateGroup(name))
    names.add(name)
  }
  const size = groups.reduce((sum, { operations }) => sum + operations.length, 0)
  if (size > mostOperations) return failed(tooLarge(size))
  const planned: { name: string; after: readonly string[]; group: PlannedWork }[] = []
  for (const group of groups) {
    const needs = fullNames(group, names)
    const unknown = needs.find((need) => !names.has(need))
    if (unknown !== undefined) return failed(unknownNeed(group.name, unknown, names))
    const operations = nameOperations(group.name, group.operations)
    if (!operations.ok) return operations
    planned.push({ name: group.name, after: needs, group: { ...group, needs, operations: operations.value } })
  }
  const sorted = topologicalOrder(planned)
  if ('cycle' in sorted) return failed(cycleOf(sorted.cycle))
  return done({ groups: sorted.order.map(({ group }) => group) } as unknown as Plan)
}

/** Gives each operation its name: its own, or its kind and its position among all of the group, counted from `taken`. */
export function nameOperations(
  group: string,
  operations: readonly Operation[],
  taken: readonly NamedOperation[] = [],
): Result<readonly NamedOperation[]> {
  // Most groups of a large plan hold one operation, whose name nobody else can have.
  if (operations.length === 1 && taken.length === 0) return done([withName(operations[0]!, 1)])
  const names = new Set(taken.map(({ name }) => name))
  const named: NamedOperation[] = []
  for (const operation of operations) {
    const own = withName(operation, taken.length + named.length + 1)
    if (names.has(own.name)) return failed(duplicateOperation(group, own.name))
    names.add(own.name)
    named.push(own)
  }
  return done(named)
}

function withName(operation: Operation, position: number): NamedOperation {
  if (operation.name !== undefined) return operation as NamedOperation
  return { ...operation, name: `${operation.kind}-${position}` }
}

/** The diagnostic for a plan of `size` operations. */
export function tooLarge(size: number): Diagnostic {
  return fault(
    'PLAN_TOO_LARGE',
    `The plan has ${size} operations; ${mostOperations} are the most.`,
    'Split the command, or let one operation work on many files.',
  )
}

function fullNames({ name, needs = none }: Group, names: ReadonlySet<string>): readonly string[] {
  if (needs.length === 0) return none
  const full = needs.map((need) => fullName(need, name, names))
  // Looking at each of a few is cheaper than a set.
  const areFew = full.length < 8 && full.every((need, index) => full.indexOf(need) === index)
  return areFew ? full : [...new Set(full)]
}

function fullName(need: string, group: string, names: ReadonlySet<string>): string {
  const slash = group.lastIndexOf('/')
  if (slash < 0) return need
  const sibling = `${group.slice(0, slash)}/${need}`
  return names.has(sibling) ? sibling : need
}

function duplicateGroup(name: string): Diagnostic {
  return fault('PLAN_DUPLICATE', `Two groups have the name "${name}".`, 'Give each group a name of its own.')
}

function duplicateOperation(group: string, name: string): Diagnostic {
  return fault(
    'PLAN_DUPLICATE',
    `Two operations of the group "${group}" have the name "${name}".`,
    'Give each operation a name of its own, or none.',
  )
}

function unknownNeed(group: string, need: string, names: ReadonlySet<string>): Diagnostic {
  const [near] = findNearest(need, [...names], 1)
  return fault(
    'PLAN_NEED_UNKNOWN',
    `The group "${group}" needs "${need}", which is not in the plan.`,
    near ? `Did you mean "${near.value}"?` : 'Name a group of this plan, or remove the need.',
  )
}

function cycleOf(chain: readonly string[]): Diagnostic {
  return fault('PLAN_CYCLE', `Groups need each other: ${chain.join(' → ')}.`, 'Remove one of these needs.')
}

function fault(code: string, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, hint }
}

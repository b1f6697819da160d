import type { Reason } from './result.ts'
import type { Action, Step } from './step.ts'
import { stepOf } from './condition.ts'
import { holesIn } from './values.ts'

/** A step that another comes after, and why. */
export interface After {
  readonly step: string
  readonly because: Reason
}

/**
 * What each step comes after: what it needs, whose values it uses, and what before it writes what it reads or writes. All others are
 * free of each other.
 */
export function orderOf(steps: readonly Step[]): ReadonlyMap<string, readonly After[]> {
  const owner = new Map(
    steps.flatMap(
      (step) =>
        [[step.name, step.name], ...step.steps.map(({ name }) => [name, step.name])] as [string, string][],
    ),
  )
  return new Map(
    steps.map((step, index) => {
      const found = new Map<string, Reason>()
      const add = (name: string | undefined, because: Reason): void => {
        if (name !== undefined && name !== step.name && !found.has(name)) found.set(name, because)
      }
      for (const each of [step, ...step.steps]) for (const need of each.needs) add(owner.get(need), 'needs')
      for (const name of usedBy(step)) add(owner.get(name), 'value')
      for (const earlier of steps.slice(0, index)) if (writesFor(earlier, step)) add(earlier.name, 'file')
      return [step.name, [...found].map(([name, because]) => ({ step: name, because }))]
    }),
  )
}

/** Names of steps and arguments whose values a step uses, itself and what is in it included. */
export function usedBy(step: Step): readonly string[] {
  const paths = [step, ...step.steps].flatMap(({ action, each, when, until }) => [
    ...holesIn(action?.input),
    ...(each === null ? [] : [each]),
    ...[...when, ...until].map(({ path }) => path),
  ])
  return [...new Set(paths.map(stepOf))]
}

/** Levels by what comes after what; 1 is the first. Undefined in a cycle. */
export function levelsOf(order: ReadonlyMap<string, readonly After[]>): ReadonlyMap<string, number> {
  const levels = new Map<string, number>()
  const under = new Set<string>()
  const level = (name: string): number => {
    const known = levels.get(name)
    if (known !== undefined || under.has(name)) return known ?? 1
    under.add(name)
    const found = 1 + Math.max(0, ...(order.get(name) ?? []).map(({ step }) => level(step)))
    levels.set(name, found)
    return found
  }
  for (const name of order.keys()) level(name)
  return levels
}

/** What an action touches, as the parts of paths before any pattern; a part stands for all below it. */
export interface Touched {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

const everywhere = ['']

/** A program that does not say what it touches is taken to touch everything. */
export function touchedBy({ kind, input, claims }: Action): Touched {
  const path = prefixOf(input['path'] ?? '')
  switch (kind) {
    case 'read':
    case 'list':
      return { reads: [path], writes: [] }
    case 'glob':
      return {
        reads: textsOf(input['patterns'] ?? input['pattern']).map((each) => join(path, prefixOf(each))),
        writes: [],
      }
    case 'grep':
      return {
        reads:
          input['glob'] === undefined
            ? [path]
            : textsOf(input['glob']).map((each) => join(path, prefixOf(each))),
        writes: [],
      }
    case 'write':
      return { reads: [], writes: [path] }
    case 'edit':
      return { reads: [path], writes: [path] }
    case 'todo':
      return { reads: [], writes: [] }
    default:
      return {
        reads: claims.reads?.map(prefixOf) ?? everywhere,
        writes: claims.writes?.map(prefixOf) ?? everywhere,
      }
  }
}

function writesFor(earlier: Step, later: Step): boolean {
  const before = actionsOf(earlier).map(touchedBy)
  const after = actionsOf(later).map(touchedBy)
  return before.some(({ writes }) =>
    after.some((touched) => meet(writes, [...touched.reads, ...touched.writes])),
  )
}

/** All that a step does. */
export function actionsOf({ action, steps }: Step): readonly Action[] {
  return [...(action ? [action] : []), ...steps.flatMap((step) => (step.action ? [step.action] : []))]
}

function meet(some: readonly string[], others: readonly string[]): boolean {
  return some.some((a) =>
    others.some((b) => a === b || a === '' || b === '' || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)),
  )
}

/** Whole names before the first that holds a pattern or a value. */
function prefixOf(value: unknown): string {
  const names = typeof value === 'string' ? value.replace(/^\.\//, '').split('/') : []
  const end = names.findIndex((name) => /[*?[\]{}()!]|\$\{/.test(name))
  return (end < 0 ? names : names.slice(0, end)).filter((name) => name !== '' && name !== '.').join('/')
}

function textsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function join(folder: string, path: string): string {
  return folder === '' ? path : path === '' ? folder : `${folder}/${path}`
}

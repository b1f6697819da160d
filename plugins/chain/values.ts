import type { GlobOutput, GrepOutput, ListOutput, Outcome } from 'heddle'
import type { Action } from './step.ts'

/** What earlier steps gave, by `step.field`. */
export interface Values {
  /** The value; throws with what there is when there is no such one. */
  get(path: string): unknown
}

/** A step with its outcomes so far. */
export interface Known {
  readonly outcomes: readonly Outcome[]
  /** True when it is done once for each entry of a list. */
  readonly isEach: boolean
}

/** Values of steps by name, of `item` and of the arguments of the command. */
export function createValues(
  steps: ReadonlyMap<string, Known>,
  more: Readonly<Record<string, unknown>>,
): Values {
  return {
    get(path) {
      const [first = '', ...fields] = path.split('.')
      const step = steps.get(first)
      if (!step && !Object.hasOwn(more, first))
        throw new Error(`There is neither a step nor an argument "${first}".`)
      const start = step ? fieldsOf(step) : more[first]
      return fields.reduce<unknown>((value, field) => fieldIn(value, field, path), start)
    },
  }
}

/** Names of steps and arguments that holes in a value speak of. */
export function holesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(hole)].map((found) => found[1]!)
  if (Array.isArray(value)) return value.flatMap(holesIn)
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(holesIn) : []
}

/** The input of an action with its holes filled; what is filled in stands for itself, also in an expression or a glob. */
export function fillInput({ kind, input }: Action, values: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, fill(value, values, escapeFor(kind, key))]),
  )
}

const hole = /\$\{([A-Za-z][\w-]*(?:\.[\w-]+)*)\}/g

type Escape = (text: string) => string

function fill(value: unknown, values: Values, escape: Escape): unknown {
  if (typeof value === 'string') return fillText(value, values, escape)
  // A list in a list of words is as many words.
  if (Array.isArray(value)) return value.flatMap((each: unknown) => fill(each, values, escape))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, values, escape)]))
}

function fillText(text: string, values: Values, escape: Escape): unknown {
  const [whole] = [...text.matchAll(hole)]
  if (whole && whole[0] === text) return escaped(values.get(whole[1]!), escape)
  return text.replaceAll(hole, (_, path: string) => escape(asText(values.get(path))))
}

function escaped(value: unknown, escape: Escape): unknown {
  if (typeof value === 'string') return escape(value)
  return Array.isArray(value) ? value.map((each: unknown) => escaped(each, escape)) : value
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(asText).join('\n')
  return JSON.stringify(value) ?? ''
}

function escapeFor(kind: Action['kind'], key: string): Escape {
  if (kind === 'grep' && key === 'pattern') return (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  const isGlob = (kind === 'glob' && key !== 'path') || key === 'glob'
  return isGlob ? (text) => text.replace(/[[\]{}*?!\\()]/g, '\\$&') : (text) => text
}

function fieldsOf({ outcomes, isEach }: Known): unknown {
  const last = outcomes.at(-1)
  if (isEach) {
    const items = outcomes.map(({ output }) => output)
    return {
      items,
      count: items.length,
      status: outcomes.find(({ status }) => status !== 'done')?.status ?? 'done',
    }
  }
  if (!last) return { status: 'skipped' }
  const output =
    last.output !== null && typeof last.output === 'object' ? last.output : { value: last.output }
  return { ...countOf(last), ...output, status: last.status }
}

function countOf({ kind, output, status }: Outcome): object {
  if (status !== 'done') return {}
  if (kind === 'glob') return { count: (output as GlobOutput).files.length }
  if (kind === 'grep') return { count: (output as GrepOutput).total }
  return kind === 'list' ? { count: (output as ListOutput).entries.length } : {}
}

function fieldIn(value: unknown, field: string, path: string): unknown {
  if (field === 'length' && (typeof value === 'string' || Array.isArray(value))) return value.length
  if (value !== null && typeof value === 'object' && Object.hasOwn(value, field)) {
    const found = (value as Record<string, unknown>)[field]
    if (isStored(found))
      throw new Error(`"${path}" is too large to be passed on; it is stored in ${found.blob}.`)
    return found
  }
  const names = value !== null && typeof value === 'object' ? Object.keys(value).join(', ') : 'nothing more'
  throw new Error(`There is no "${path}": before "${field}" there is ${names}.`)
}

function isStored(value: unknown): value is { readonly blob: string } {
  return value !== null && typeof value === 'object' && 'blob' in value && 'bytes' in value
}

import { isDeepStrictEqual } from 'node:util'
import { type Diagnostic, fail } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Settle, Slot } from './settle.ts'

/** How values of several plugins become one: the first or last in declared order, all entries once, or a fault when they differ. */
export type MergePolicy = 'first' | 'last' | 'union' | 'error'

/** Something that several plugins contribute to, and how each field of it is merged. */
export interface Collection<T extends object, I = void> {
  readonly name: string
  readonly fields: { readonly [K in keyof T]-?: PolicyFor<T[K]> }
  readonly [asked]?: I
}

declare const asked: unique symbol
type PolicyFor<V> = NonNullable<V> extends readonly unknown[] ? MergePolicy : Exclude<MergePolicy, 'union'>

/** What was contributed, and what was wrong with it: plugins that failed or were late, fields that nobody knows or that differ. */
export interface Collected<T extends object> {
  readonly value: Partial<T>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * A key for `context.contribute` and `context.collect`: contributions are computed in parallel and merged in declared order, so that
 * how long each took changes nothing.
 */
export function defineCollection<T extends object, I = void>(
  collection: Pick<Collection<T, I>, 'name' | 'fields'>,
): Collection<T, I> {
  return collection
}

type AnyCollection = Collection<Record<string, unknown>, unknown>
type Give = (input: unknown) => unknown

/** The collections of one framework. */
export interface Collections {
  contribute(plugin: string, collection: AnyCollection, give: Give): void
  /** Never rejects. */
  collect(collection: AnyCollection, input: unknown): Promise<Collected<Record<string, unknown>>>
  /** Takes back what a plugin contributed that could not be applied. */
  withdraw(plugin: string): void
}

/** No contributions yet; they are called through `settle`. */
export function createCollections(settle: Settle): Collections {
  const byName = new Map<string, { readonly plugin: string; readonly give: Give }[]>()
  return {
    contribute(plugin, { name }, give) {
      if (typeof give !== 'function')
        fail(
          'PLUGIN_SHAPE',
          `The plugin "${plugin}" contributes ${typeof give} to "${name}".`,
          'Give a function.',
        )
      byName.set(name, [...(byName.get(name) ?? []), { plugin, give }])
    },
    async collect({ name, fields }, input) {
      const taps = byName.get(name) ?? []
      const calls = taps.map(({ plugin, give }) => ({ plugin, call: () => asFields(give(input)) }))
      return mergeSlots(name, await settle(calls, `collect.${name}`), fields)
    },
    withdraw(plugin) {
      for (const [name, taps] of byName)
        byName.set(
          name,
          taps.filter((tap) => tap.plugin !== plugin),
        )
    },
  }
}

async function asFields(given: unknown): Promise<Record<string, unknown>> {
  const value = await given
  if (value === undefined) return {}
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    fail('PLUGIN_SHAPE', 'it gave no object of fields.', 'Give { field: value }.')
  return { ...value }
}

/** Merges contributions in the order of the slots; a field that is left out or undefined says nothing. */
export function mergeSlots(
  name: string,
  slots: readonly Slot<Record<string, unknown>>[],
  fields: Readonly<Record<string, MergePolicy>>,
): Collected<Record<string, unknown>> {
  const value: Record<string, unknown> = {}
  const diagnostics: Diagnostic[] = []
  const known = Object.keys(fields)
  const given = new Map<string, { plugin: string; value: unknown }[]>(known.map((field) => [field, []]))
  for (const slot of slots) {
    if ('fault' in slot) diagnostics.push(slot.fault)
    else
      for (const [field, value] of Object.entries(slot.value)) {
        if (!Object.hasOwn(fields, field)) diagnostics.push(unknownField(slot.plugin, field, name, known))
        else if (fields[field] === 'union' && !Array.isArray(value))
          diagnostics.push(noList(slot.plugin, field, name))
        else if (value !== undefined) given.get(field)!.push({ plugin: slot.plugin, value })
      }
  }
  for (const [field, all] of given) {
    const merged = merge(fields[field]!, all)
    if (merged === undefined) continue
    if ('differs' in merged) diagnostics.push(differing(name, field, merged.differs))
    else value[field] = merged.value
  }
  return { value, diagnostics }
}

type Given = readonly { readonly plugin: string; readonly value: unknown }[]

function merge(
  policy: MergePolicy,
  given: Given,
): { value: unknown } | { differs: readonly string[] } | undefined {
  const [first] = given
  if (!first) return undefined
  if (policy === 'first') return { value: first.value }
  if (policy === 'last') return { value: given.at(-1)!.value }
  if (policy === 'union') return { value: unique(given.flatMap(({ value }) => value as readonly unknown[])) }
  const others = given.filter(({ value }) => !isDeepStrictEqual(value, first.value))
  return others.length === 0
    ? { value: first.value }
    : { differs: [first.plugin, ...others.map(({ plugin }) => plugin)] }
}

function unique(values: readonly unknown[]): unknown[] {
  const plain = new Set<unknown>()
  const objects: object[] = []
  return values.filter((value) => {
    if (value === null || typeof value !== 'object') return !plain.has(value) && plain.add(value)
    return !objects.some((other) => isDeepStrictEqual(other, value)) && objects.push(value)
  })
}

function unknownField(plugin: string, field: string, name: string, known: readonly string[]): Diagnostic {
  const [near] = findNearest(field, known, 1)
  return fault(
    plugin,
    'PLUGIN_SHAPE',
    `The plugin "${plugin}" contributes the field "${field}" to "${name}", which has none such.`,
    near ? `Did you mean "${near.value}"?` : `Fields: ${known.join(', ')}.`,
  )
}

function noList(plugin: string, field: string, name: string): Diagnostic {
  return fault(
    plugin,
    'PLUGIN_SHAPE',
    `The plugin "${plugin}" contributes no list as "${field}" of "${name}".`,
    'Give a list: its entries are put together with those of others.',
  )
}

function differing(name: string, field: string, plugins: readonly string[]): Diagnostic {
  const [first = '', ...others] = plugins
  return fault(
    first,
    'CONTRIBUTIONS_DIFFER',
    `"${field}" of "${name}" is one thing to ${plugins.map((plugin) => `"${plugin}"`).join(' and another to ')}.`,
    `Take ${others.length > 1 ? 'all but one of them' : 'one of them'} out, or configure them alike.`,
  )
}

function fault(plugin: string, code: string, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', message, hint, plugin }
}

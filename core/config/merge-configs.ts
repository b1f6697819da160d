import type { Place } from '../base/diagnostic.ts'
import { type Config, defaults, type Merging, merging } from '../config.ts'
import type { AppliedPlugin } from '../plugin/plugin.ts'
import { type ConfigFile, keyPlacesIn, placeOf } from './config-file.ts'
import type { ConfigLayer } from './read-config.ts'

/** One key of the merged configuration, and where its value comes from. */
export interface ConfigValue {
  /** `home`, `concurrency.process`, `packages[0]`. */
  readonly key: string
  readonly value: unknown
  /** A file, a package, `options` of the program, or `default`. */
  readonly origin: string
  readonly at?: Place
}

type Values = Readonly<Record<string, unknown>>
type Key = keyof typeof merging

/** A part of a value with the layer that it comes from. */
interface Part {
  readonly key: string
  readonly value: unknown
  readonly layer: ConfigLayer
  /** Its key in the layer, where lists are numbered otherwise. */
  readonly own: string
}

const keys = Object.keys(merging) as Key[]

/** The layers as one configuration, each key by its own rule; the last layer is the strongest. */
export function mergeConfigs(layers: readonly ConfigLayer[]): Config {
  const merged: Record<string, unknown> = {}
  for (const key of keys) {
    const value = merging[key] === 'record' ? mergedRecord(key, layers) : assemble(key, partsOf(key, layers))
    if (value !== undefined) merged[key] = value
  }
  return merged
}

/** Every key with its value and origin, in the order in which keys are documented; with `all` also what nobody set. */
export function originsOf(layers: readonly ConfigLayer[], all: boolean): readonly ConfigValue[] {
  const places = new Map<ConfigFile, ReadonlyMap<string, Place>>()
  const placeIn = (from: ConfigFile, key: string): Place | undefined => {
    if (!places.has(from)) places.set(from, keyPlacesIn(from))
    return placeOf(key, places.get(from)!)
  }
  const weakest: ConfigLayer = { source: 'default', config: all ? defaults : {} }
  return keys.flatMap((key) => {
    const parts = partsOf(key, [weakest, ...layers])
    if (parts.length === 0) return all ? [{ key, value: empty[merging[key]], origin: 'default' }] : []
    return parts.map(({ key, value, layer, own }) => {
      const at = layer.from && placeIn(layer.from, own)
      return { key, value: shown(value), origin: layer.source, ...(at && { at }) }
    })
  })
}

const empty: Readonly<Record<Merging, unknown>> = {
  last: null,
  record: {},
  below: [],
  above: [],
  plugins: [],
}

function partsOf(key: Key, layers: readonly ConfigLayer[]): readonly Part[] {
  const rule = merging[key]
  if (rule === 'record') return recordParts(key, layers)
  let parts: readonly Part[] = []
  for (const layer of layers) {
    const value = (layer.config as Values)[key]
    if (value !== undefined) parts = mergers[rule](parts, { key, value, layer, own: key })
  }
  return parts
}

const mergers: Readonly<
  Record<Exclude<Merging, 'record'>, (below: readonly Part[], part: Part) => readonly Part[]>
> = {
  last: (_, part) => [part],
  below(below, part) {
    const own = entriesOf(part)
    return numbered(part.key, [...others(below, own), ...own])
  },
  above(below, part) {
    const own = entriesOf(part)
    return numbered(part.key, [...own, ...others(below, own)])
  },
  plugins(below, part) {
    const entries = entriesOf(part)
    const taken = new Map(entries.map((entry) => [nameOf(entry.value), entry]))
    const kept = below.map((entry) => taken.get(nameOf(entry.value)) ?? entry)
    // Two of one layer with one name both stay: the host says so.
    const placed = new Set(kept)
    return numbered(part.key, [...kept, ...entries.filter((entry) => !placed.has(entry))])
  },
}

function assemble(key: Key, parts: readonly Part[]): unknown {
  return parts[0]?.key === key || parts.length === 0 ? parts[0]?.value : parts.map(({ value }) => value)
}

function mergedRecord(key: Key, layers: readonly ConfigLayer[]): unknown {
  return layers.map(({ config }) => (config as Values)[key]).reduce<unknown>(over, undefined)
}

function over(below: unknown, value: unknown): unknown {
  if (value === undefined) return below
  if (!isRecord(below) || !isRecord(value)) return value
  const names = Object.keys(value)
  return { ...below, ...Object.fromEntries(names.map((name) => [name, over(below[name], value[name])])) }
}

/** Every leaf of the merged record, with the strongest layer that has it. */
function recordParts(key: Key, layers: readonly ConfigLayer[]): readonly Part[] {
  const parts: Part[] = []
  const visit = (value: unknown, path: readonly string[]): void => {
    if (isRecord(value)) return Object.keys(value).forEach((name) => visit(value[name], [...path, name]))
    const layer = layers.findLast(({ config }) => valueAt(config as Values, path) !== undefined)
    if (layer) parts.push({ key: path.join('.'), value, layer, own: path.join('.') })
  }
  visit(mergedRecord(key, layers), [key])
  return parts
}

function valueAt(config: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), config)
}

function entriesOf(part: Part): readonly Part[] {
  return (part.value as readonly unknown[]).map((value, index) => ({
    ...part,
    value,
    own: `${part.key}[${index}]`,
  }))
}

function numbered(key: string, parts: readonly Part[]): readonly Part[] {
  return parts.map((part, index) => ({ ...part, key: `${key}[${index}]` }))
}

/** Those that the stronger layer does not name as well. */
function others(below: readonly Part[], own: readonly Part[]): readonly Part[] {
  return below.filter(({ value }) => typeof value !== 'string' || !own.some((part) => part.value === value))
}

function nameOf(value: unknown): string {
  return (value as AppliedPlugin).plugin.name
}

function isRecord(value: unknown): value is Values {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** A value as data: plugins by name and options, files by their label. */
function shown(value: unknown): unknown {
  if (!isRecord(value)) return value
  if ('plugin' in value && 'options' in value) {
    const { plugin, options } = value as unknown as AppliedPlugin
    return {
      plugin: plugin.name,
      ...(plugin.version !== undefined && { version: plugin.version }),
      options: plain(options),
    }
  }
  return 'read' in value && 'label' in value ? { files: value['label'] } : plain(value)
}

/** What JSON can say of it; functions and the like are named. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'function' || typeof inner === 'symbol' || typeof inner === 'bigint'
      ? `[${typeof inner}]`
      : inner,
  ) as string | undefined
  return text === undefined ? null : (JSON.parse(text) as unknown)
}

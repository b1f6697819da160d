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
/** Each part of a value with the layer that it comes from. */
type Parts = readonly {
  readonly key: string
  readonly value: unknown
  readonly layer: ConfigLayer
  readonly own: string
}[]

const keys = Object.keys(merging) as (keyof typeof merging)[]

/** The layers as one configuration, each key by its own rule; the last layer is the strongest. */
export function mergeConfigs(layers: readonly ConfigLayer[]): Config {
  const merged: Record<string, unknown> = {}
  for (const key of keys) {
    const parts = partsOf(key, layers)
    if (parts.length > 0) merged[key] = assemble(key, parts)
  }
  return merged
}

/** Every key with its value and origin, sorted as the keys are documented; with `all` also what nobody set. */
export function originsOf(layers: readonly ConfigLayer[], all: boolean): readonly ConfigValue[] {
  const places = new Map<ConfigFile, ReadonlyMap<string, Place>>()
  const placeIn = (from: ConfigFile, key: string): Place | undefined => {
    if (!places.has(from)) places.set(from, keyPlacesIn(from))
    return placeOf(key, places.get(from)!)
  }
  const weakest: ConfigLayer = { source: 'default', config: all ? defaults : {} }
  return keys.flatMap((key) => {
    // A list of one's own stands in the place of the default one, and false in that of a record.
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

function partsOf(key: keyof typeof merging, layers: readonly ConfigLayer[]): Parts {
  let parts: Parts = []
  for (const layer of layers) {
    const value = (layer.config as Values)[key]
    if (value !== undefined) parts = mergers[merging[key]](parts, { key, value, layer, own: key })
  }
  return parts
}

const mergers: Readonly<Record<Merging, (below: Parts, part: Parts[number]) => Parts>> = {
  last: (_, part) => [part],
  record(below, part) {
    if (!isRecord(part.value)) return [part]
    const kept = below.filter(({ key, value }) => key !== part.key || isRecord(value))
    const own = Object.entries(part.value).filter(([, value]) => value !== undefined)
    const added = own.map(([name, value]) => ({
      ...part,
      key: `${part.key}.${name}`,
      own: `${part.key}.${name}`,
      value,
    }))
    const names = new Set(added.map(({ key }) => key))
    return [...kept.filter(({ key }) => !names.has(key)), ...added]
  },
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
    const kept = below.map((entry) => {
      const own = taken.get(nameOf(entry.value))
      taken.delete(nameOf(entry.value))
      return own ?? entry
    })
    // Two of one layer with one name both stay: the host says so.
    const placed = new Set(kept)
    return numbered(part.key, [...kept, ...entries.filter((entry) => !placed.has(entry))])
  },
}

function entriesOf(part: Parts[number]): Parts {
  return (part.value as readonly unknown[]).map((value, index) => ({
    ...part,
    value,
    own: `${part.key}[${index}]`,
  }))
}

function numbered(key: string, parts: Parts): Parts {
  return parts.map((part, index) => ({ ...part, key: `${key}[${index}]` }))
}

/** Those that the stronger layer does not name as well. */
function others(below: Parts, own: Parts): Parts {
  return below.filter(({ value }) => typeof value !== 'string' || !own.some((part) => part.value === value))
}

function assemble(key: keyof typeof merging, parts: Parts): unknown {
  if (parts[0]!.key === key) return parts[0]!.value
  if (merging[key] !== 'record') return parts.map(({ value }) => value)
  return Object.fromEntries(parts.map((part) => [part.key.slice(key.length + 1), part.value]))
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

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../base/key.ts'
import type { Place } from './memory.ts'
import { nameKey } from './run-history.ts'

/** What a result is made from besides files, each part by its digest, and all of it in one. */
export interface Inputs {
  readonly key: string
  /** `kind`, `claims`, and each field of the input by its name. */
  readonly parts: Readonly<Record<string, string>>
}

/** Remembers what the operations at their places were last made from, to say what is other. */
export interface ResultIndex {
  note(place: Place, inputs: Inputs): void
  /** Why there is no result yet. */
  whyNew(place: Place, inputs: Inputs): string
  /** All of it, to be kept; undefined when nothing was noted. */
  text(): Promise<string | undefined>
}

/** The name of the file that holds the index; no digest is like it. */
export const indexName = 'index.json'

const mostPlaces = 2000

/** What an operation is made from; undefined when its input cannot be told by its text. */
export function inputsOf({ operation, kind, input }: Place): Inputs | undefined {
  try {
    const fields = input !== null && typeof input === 'object' ? Object.entries(input) : [['input', input]]
    const parts: Record<string, string> = {
      // The kind by what it does: other code gives other results.
      kind: short([operation.kind, String(kind?.run), String(kind?.claims)]),
      claims: short(operation.claims ?? null),
    }
    for (const [name, value] of fields as [string, unknown][]) parts[`input ${name}`] = short(value ?? null)
    const sorted = Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return { key: digest(JSON.stringify(sorted)), parts }
  } catch {
    return undefined
  }
}

/** The index that a folder holds; an empty one when it cannot be read. */
export function createResultIndex(folder: string): ResultIndex {
  let known: Map<string, Inputs['parts']> | undefined
  let isNew = false
  const places = (): Map<string, Inputs['parts']> => (known ??= readIndex(folder))

  return {
    note(place, { parts }) {
      const name = nameKey(place.group, place.operation.name)
      places().delete(name)
      places().set(name, parts)
      isNew = true
    },
    whyNew(place, { parts }) {
      const before = places().get(nameKey(place.group, place.operation.name))
      if (!before) return 'it has no result yet'
      const names = new Set([...Object.keys(parts), ...Object.keys(before)])
      const other = [...names].find((name) => parts[name] !== before[name])
      if (other === undefined) return 'its result is not kept any more'
      if (other === 'kind') return 'the operation kind is another than before'
      return other === 'claims'
        ? 'its claims are others than before'
        : `its ${quoted(other)} is another than before`
    },
    text: async () =>
      isNew ? JSON.stringify({ version: 1, places: [...places()].slice(-mostPlaces) }) : undefined,
  }
}

function readIndex(folder: string): Map<string, Inputs['parts']> {
  try {
    const { version, places } = JSON.parse(readFileSync(join(folder, indexName), 'utf8')) as {
      version: unknown
      places: [string, Inputs['parts']][]
    }
    return version === 1 ? new Map(places) : new Map()
  } catch {
    return new Map()
  }
}

function short(value: unknown): string {
  return digest(JSON.stringify(value)).slice(0, 32)
}

function quoted(part: string): string {
  return part.replace(/^input (.+)$/s, 'input "$1"')
}

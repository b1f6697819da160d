import { deserialize, serialize } from 'node:v8'
import type { Stored } from './run-writer.ts'

/** A value as a record holds it: itself, or where its bytes are; `lost` when it could not be kept. */
export type Kept =
  | { readonly value: unknown }
  | { readonly stored: Stored; readonly as: 'json' | 'v8' }
  | { readonly lost: true }

/** Longer texts stand beside the records. */
const longestInline = 2048

/** A value made ready to be kept; `keep` takes the bytes of what is large, or no JSON. */
export function keepValue(value: unknown, keep: (bytes: Uint8Array) => Stored): Kept {
  try {
    if (!isJson(value, 0)) return { stored: keep(serialize(value)), as: 'v8' }
    const text = JSON.stringify(value)
    return text.length <= longestInline ? { value } : { stored: keep(Buffer.from(text)), as: 'json' }
  } catch {
    // What holds functions, or itself, is not known after the run.
    return { lost: true }
  }
}

/** The value again; undefined when it was not kept, or what was kept is not what it was. */
export function keptValue(
  kept: Kept,
  bytesOf: (stored: Stored) => Uint8Array | undefined,
): { readonly value: unknown } | undefined {
  if ('value' in kept) return kept
  if ('lost' in kept) return undefined
  const bytes = bytesOf(kept.stored)
  if (!bytes) return undefined
  try {
    const value: unknown = kept.as === 'v8' ? deserialize(bytes) : JSON.parse(Buffer.from(bytes).toString())
    return { value }
  } catch {
    return undefined
  }
}

const deepest = 100

/** True when JSON gives back the very same. */
function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      return value === null || (depth < deepest && isJsonObject(value, depth))
    default:
      return false
  }
}

function isJsonObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype || 'toJSON' in value || Object.hasOwn(value, '__proto__')) return false
  return Object.values(value).every((item) => isJson(item, depth + 1))
}

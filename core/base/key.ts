import { createHash } from 'node:crypto'

/** SHA-256 of text or bytes as lower-case hexadecimal; the same content has the same digest everywhere. */
export function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** JSON with object keys in sorted order, so that equal data has equal text. Drops `undefined` as JSON does. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** The value at a way of own keys and positions into a document of unknown shape; undefined where the way ends early. */
export function valueAt(document: unknown, ...way: readonly (string | number)[]): unknown {
  let at = document
  for (const step of way) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}

/** The same, when it is a text. */
export function textAt(document: unknown, ...way: readonly (string | number)[]): string | undefined {
  const value = valueAt(document, ...way)
  return typeof value === 'string' ? value : undefined
}

/** The same, when it is a finite number. */
export function numberAt(document: unknown, ...way: readonly (string | number)[]): number | undefined {
  const value = valueAt(document, ...way)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The members of a list; none when it is no list. */
export function listAt(document: unknown, ...way: readonly (string | number)[]): readonly unknown[] {
  const value = valueAt(document, ...way)
  return Array.isArray(value) ? value : []
}

/** The members of an object; none when it is no object. */
export function entriesAt(
  document: unknown,
  ...way: readonly (string | number)[]
): readonly (readonly [string, unknown])[] {
  const value = valueAt(document, ...way)
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : []
}

/**
 * Copies every text inside `value`, so that a short piece does not keep the whole file alive: V8 slices share the memory
 * of the text they were cut from (36 characters kept of each of 10 000 files held 151 MB). Changes `value` in place where
 * it is plain data, and gives it back.
 */
export function detach<T>(value: T): T {
  return copyInside(value, new Map(), 0) as T
}

/** Deeper than any metadata that was let in. */
const deepest = 40
/** V8 copies shorter slices itself. */
const sliced = 13

function copyInside(value: unknown, texts: Map<string, string>, depth: number): unknown {
  if (typeof value === 'string') return copyText(value, texts)
  if (value === null || typeof value !== 'object' || depth > deepest) return value
  if (Array.isArray(value)) {
    const items: unknown[] = value
    for (let index = 0; index < items.length; index++)
      items[index] = copyInside(items[index], texts, depth + 1)
    return items
  }
  const record = value as Record<string, unknown>
  for (const key of Object.keys(record)) {
    const before = record[key]
    const after = copyInside(before, texts, depth + 1)
    if (after !== before || typeof before === 'string') record[key] = after
  }
  return record
}

function copyText(text: string, texts: Map<string, string>): string {
  if (text.length < sliced) return text
  const known = texts.get(text)
  if (known !== undefined) return known
  const copy = Buffer.from(text, 'utf16le').toString('utf16le')
  texts.set(copy, copy)
  return copy
}

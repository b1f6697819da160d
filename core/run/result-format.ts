import { deserialize, serialize } from 'node:v8'
import { digest } from '../base/key.ts'
import type { Recalled, Written } from './memory.ts'
import type { Outcome } from './report.ts'
import type { Look } from './trace-reads.ts'

/** A result with when it was made, in milliseconds since 1970, and what it was made from. */
export interface KeptResult {
  readonly at: number
  readonly outcome: Outcome
  readonly written: Recalled['written']
  readonly looks: readonly Look[]
}

const version = 1
const longest = 4 * 1024 * 1024

/** Results as text with their digest before them; undefined when they are too large to be kept, or hold what cannot be. */
export function formatResults(results: readonly KeptResult[]): string | undefined {
  try {
    const body = serialize(results.map(toPlain)).toString('base64')
    return body.length > longest ? undefined : `heddle-results ${version} ${digest(body)}\n${body}`
  } catch {
    return undefined
  }
}

/** The results of a text; undefined for a text that is damaged or of another version. */
export function parseResults(text: string): readonly KeptResult[] | undefined {
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== `heddle-results ${version} ${digest(body)}`) return undefined
  try {
    return deserialize(Buffer.from(body, 'base64')) as KeptResult[]
  } catch {
    return undefined
  }
}

/** Bytes of their own: a view would be kept with all that it is a view of. */
function toPlain(result: KeptResult): KeptResult {
  const written = result.written.map((each): Written => ({
    ...each,
    bytes: each.bytes && each.bytes.slice(),
  }))
  return { ...result, written }
}

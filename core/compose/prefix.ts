import type { Tokenizer } from './tokenizer.ts'

/** How much of an earlier output is still the beginning of this one: what a cache of prompts goes on to know. */
export interface PrefixDifference {
  /** Tokens of the earlier output. */
  readonly previous: number
  /** Tokens of what both begin with. */
  readonly valid: number
  /** `valid` in `previous`, from 0 to 1; 1 where the earlier output was empty. */
  readonly share: number
  /** Where the first change stands in its source; null when nothing changed, or what changed is ours. */
  readonly firstChange: { readonly id: string; readonly line: number } | null
}

/** A stretch of the output and the line of the source that it begins with. */
export interface Placed {
  readonly start: number
  readonly end: number
  readonly id: string
  readonly line: number
}

/** Compares an output with an earlier one. `placed` are the stretches of the output, in order. */
export function comparePrefix(
  previous: string,
  text: string,
  { tokenizer, placed }: { readonly tokenizer: Tokenizer; readonly placed: readonly Placed[] },
): PrefixDifference {
  const length = commonLength(previous, text)
  const [before, valid] = [previous, previous.slice(0, length)].map((one) => tokenizer.measure(one))
  const isSame = length === previous.length && length === text.length
  return {
    previous: Math.ceil(before!),
    valid: Math.ceil(valid!),
    share: before === 0 ? 1 : Math.round((valid! / before!) * 10_000) / 10_000,
    firstChange: isSame ? null : placeOf(length, text, placed),
  }
}

/** Units of UTF-16 that both begin with; a pair of them is not cut in two. */
function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  for (let step = 65_536; step >= 1; step = Math.floor(step / 2))
    while (length + step <= most && a.slice(length, length + step) === b.slice(length, length + step))
      length += step
  const last = a.charCodeAt(length - 1)
  return length < a.length && last >= 0xd8_00 && last < 0xdc_00 ? length - 1 : length
}

function placeOf(offset: number, text: string, placed: readonly Placed[]): PrefixDifference['firstChange'] {
  const found = placed.find(({ end }) => end > offset)
  if (!found) return null
  const before = text.slice(found.start, Math.max(found.start, offset))
  return { id: found.id, line: found.line + before.split('\n').length - 1 }
}

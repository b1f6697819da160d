import { diff3Merge } from 'node-diff3'
import { isEqual } from './bytes.ts'

/** What is at a path: the bytes of a file, a folder, or nothing. */
export type Content = Uint8Array | 'folder' | undefined

/** What two made of the same thing, the second without having seen the first. */
export interface ThreeWay {
  /** What both began with. */
  readonly base: Content
  /** What the one that comes first in declared order made of it. */
  readonly earlier: Content
  /** What the later one made of it. */
  readonly own: Content
}

/** Both changes in one; or a conflict, where only the later one itself can say what it would make of the earlier result. */
export type Merged =
  | { readonly type: 'merged'; readonly content: Content }
  | { readonly type: 'conflict'; readonly why: string }

/** Pairs of equal lines that the search for common lines may have to look at. */
const mostPairs = 1_000_000

/**
 * Merges what two made of one path. Right for those that treat every file by itself and every line by its neighbours alone:
 * then the result is what one after the other would have given. Changes to the same or to touching lines are a conflict, and so is
 * what is no text.
 */
export function mergeThreeWay({ base, earlier, own }: ThreeWay): Merged {
  if (isSameContent(own, base) || isSameContent(own, earlier)) return { type: 'merged', content: earlier }
  if (isSameContent(earlier, base)) return { type: 'merged', content: own }
  if (!isBytes(base) || !isBytes(earlier) || !isBytes(own)) {
    return { type: 'conflict', why: 'one made or removed what the other changed' }
  }
  const lines = [earlier, base, own].map(linesOf)
  if (lines.some((of) => of === undefined)) return { type: 'conflict', why: 'it is no text' }
  return mergeLines(lines as [string[], string[], string[]])
}

/** True when nothing tells the two apart. */
export function isSameContent(a: Content, b: Content): boolean {
  return isBytes(a) && isBytes(b) ? isEqual(a, b) : a === b
}

function isBytes(content: Content): content is Uint8Array {
  return content instanceof Uint8Array
}

/** Every byte as one character, so that what is put together again has the same bytes; undefined for what is no text. */
function linesOf(bytes: Uint8Array): string[] | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return text.includes('\0') ? undefined : text.split(/(?<=\n)/)
}

function mergeLines([earlier, base, own]: [string[], string[], string[]]): Merged {
  const { start, end } = commonEnds(earlier, base, own)
  const middle = (lines: string[]): string[] => lines.slice(start, lines.length - end)
  const parts = [earlier, base, own].map(middle)
  if (countPairs(parts[1]!, parts[0]!) + countPairs(parts[1]!, parts[2]!) > mostPairs) {
    return { type: 'conflict', why: 'too many of its lines are alike' }
  }
  const merged = diff3Merge(parts[0]!, parts[1]!, parts[2]!, { excludeFalseConflicts: true })
  if (merged.some((part) => part.ok === undefined)) {
    return { type: 'conflict', why: 'both changed the same lines' }
  }
  const lines = [
    ...base.slice(0, start),
    ...merged.flatMap((part) => part.ok!),
    ...base.slice(base.length - end),
  ]
  return { type: 'merged', content: Uint8Array.from(Buffer.from(lines.join(''), 'latin1')) }
}

/** Lines at the start and at the end that all have, but one each: a change beside it must be seen to touch it. */
function commonEnds(...all: [string[], string[], string[]]): { start: number; end: number } {
  const [first, ...others] = all
  const shortest = Math.min(...all.map(({ length }) => length))
  let start = 0
  while (start < shortest && others.every((lines) => lines[start] === first[start])) start++
  let end = 0
  while (end < shortest - start && others.every((lines) => lines.at(-1 - end) === first.at(-1 - end))) end++
  return { start: Math.max(0, start - 1), end: Math.max(0, end - 1) }
}

function countPairs(some: readonly string[], others: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const line of some) counts.set(line, (counts.get(line) ?? 0) + 1)
  return others.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0)
}

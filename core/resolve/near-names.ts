import { findNearest, type Near } from '../base/nearest.ts'
import { createTripleIndex, type TripleIndex as Index } from '../base/triples.ts'

/** The name that was probably meant by another one, if one is nearer than all the rest. */
export type NearNames = (name: string) => Near | undefined

type TripleIndex = Index<Known>

interface Known {
  readonly name: string
  readonly stem: string
  readonly letters: number
}

/** How alike two names must be: one letter in five may differ. */
const leastConfidence = 0.8
/** How much of the longer name the shorter one must be, when whole words are missing. */
const leastShare = 0.55
/**
 * Looks at a name in all, where comparing letter by letter counts for many; behind it only whole words are compared, so
 * that thousands of dead references among thousands of files stay cheap.
 */
const mostLooks = 4_000_000
const looksOfComparison = 20
/** Fewer names are looked through as quickly as an index is made. */
const fewNames = 64

/**
 * Finds names of the same file ending that are nearly spelled alike, or that have words more or
 * less (`atomic-rollback.md`, `atomic-rollback-protocol.md`). The answer for a name is remembered.
 */
export function createNearNames(names: Iterable<string>): NearNames {
  const byLength = new Map<string, Known[]>()
  /** By ending, then by part. */
  const byPart = new Map<string, Map<string, string[]>>()
  const whole = new Set<string>()
  for (const name of names) {
    const { stem, ending } = split(name)
    whole.add(name)
    push(byLength, `${ending}:${stem.length}`, { name, stem, letters: lettersOf(stem) })
    const parts = byPart.get(ending) ?? new Map<string, string[]>()
    byPart.set(ending, parts)
    for (const part of partsOf(stem)) push(parts, part, name)
  }
  const indexes = new Map<string, TripleIndex>()
  const answers = new Map<string, Near | undefined>()
  let left = mostLooks

  function spelledAlike(stem: string, ending: string): Near[] {
    const alike = new Map<string, string>()
    const longest = Math.floor(stem.length / leastConfidence)
    for (let length = Math.ceil(stem.length * leastConfidence); length <= longest; length++) {
      const edits = Math.floor(Math.max(length, stem.length) * (1 - leastConfidence) + 1e-9)
      for (const { stem: known, name } of candidates(stem, `${ending}:${length}`, edits)) {
        if (left <= 0) return []
        left -= looksOfComparison
        alike.set(known, name)
      }
    }
    return findNearest(stem, alike.keys(), 2, 1 - leastConfidence)
      .filter(({ confidence }) => confidence >= leastConfidence)
      .map(({ value, confidence }) => ({ value: alike.get(value)!, confidence }))
  }

  /** Known names of one length that may be no more edits away: an edit breaks four of the triples of letters at most. */
  function candidates(stem: string, place: string, edits: number): readonly Known[] {
    const known = byLength.get(place) ?? []
    const least = stem.length - 2 - 4 * edits
    const letters = lettersOf(stem)
    const few = least > 0 && known.length > fewNames ? indexOf(place, known).sharing(stem, least) : known
    if (few === known) left -= known.length
    return few.filter((one) => bitsOf(one.letters ^ letters) <= 2 * edits)
  }

  function indexOf(place: string, known: readonly Known[]): TripleIndex {
    const index = indexes.get(place) ?? createTripleIndex(known, ({ stem }) => stem)
    indexes.set(place, index)
    return index
  }

  function withOtherWords(stem: string, ending: string): Near[] {
    const longer = byPart.get(ending)?.get(stem) ?? []
    const shorter = partsOf(stem)
      .map((part) => `${part}${ending}`)
      .filter((name) => whole.has(name))
    return [...longer, ...shorter]
      .map((value) => ({ value, confidence: shareOf(stem.length, split(value).stem.length) }))
      .filter(({ confidence }) => confidence >= leastShare)
  }

  function find(name: string): Near | undefined {
    const { stem, ending } = split(name)
    const found = [...spelledAlike(stem, ending), ...withOtherWords(stem, ending)]
    const [best, second] = found.toSorted((a, b) => b.confidence - a.confidence)
    return best && best.confidence !== second?.confidence ? best : undefined
  }

  return (name) => {
    if (!answers.has(name)) answers.set(name, find(name))
    return answers.get(name)
  }
}

function split(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf('.')
  return dot <= 0
    ? { stem: name, ending: '' }
    : { stem: name.slice(0, dot), ending: name.slice(dot).toLowerCase() }
}

function shareOf(a: number, b: number): number {
  return Math.round((Math.min(a, b) / Math.max(a, b)) * 100) / 100
}

/** What stays of a name without its first or last words, or without any one word; two words at least. */
function partsOf(stem: string): string[] {
  const { text, starts } = wordsOf(stem)
  const parts = new Set<string>()
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1]
    if (next !== undefined) parts.add(text.slice(0, next - 1))
    parts.add(text.slice(start))
    parts.add(next === undefined ? text.slice(0, start) : text.slice(0, start) + text.slice(next))
  }
  // A text that was cut is a part too.
  parts.add(text)
  return [...parts].filter((part) => part !== stem && twoWords.test(part))
}

const twoWords = /[^-_. ][-_. ]+[^-_. ]/
const mostWords = 13

/** The first words of a name, and where each begins. */
function wordsOf(stem: string): { text: string; starts: number[] } {
  const starts = [0]
  for (let at = 0; at < stem.length; at++) {
    if (!isBetweenWords(stem.charCodeAt(at))) continue
    if (starts.length === mostWords) return { text: stem.slice(0, at), starts }
    starts.push(at + 1)
  }
  return { text: stem, starts }
}

/** True for `-`, `_`, `.` and the space. */
function isBetweenWords(code: number): boolean {
  return code === 45 || code === 95 || code === 46 || code === 32
}

/** The set of letters and digits of a text: names that differ in more letters than edits allow need not be compared. */
function lettersOf(text: string): number {
  let letters = 0
  for (let at = 0; at < text.length; at++) letters |= 1 << (text.charCodeAt(at) & 31)
  return letters
}

function bitsOf(set: number): number {
  const pairs = set - ((set >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return (((fours + (fours >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}

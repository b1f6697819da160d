/** A candidate and how sure the suggestion is, from 0 to 1. */
export interface Near {
  readonly value: string
  readonly confidence: number
}

/**
 * The candidates nearest to `text` by optimal string alignment distance (Damerau 1964), best first, at most `most`;
 * none that differs in more than `share` of its length, a third when left out. Ties keep the order of the candidates.
 */
export function findNearest(text: string, candidates: Iterable<string>, most = 3, share = 1 / 3): Near[] {
  const found: Near[] = []
  for (const value of candidates) {
    const longest = Math.max(text.length, value.length)
    const bound = Math.floor(longest * share + 1e-9)
    if (Math.abs(text.length - value.length) > bound) continue
    const edits = distance(text, value, bound)
    if (edits <= bound) found.push({ value, confidence: round(1 - edits / longest) })
  }
  return found.toSorted((a, b) => b.confidence - a.confidence).slice(0, most)
}

/** Optimal string alignment distance, given up (as `bound + 1`) as soon as it must exceed `bound`. */
export function distance(a: string, b: string, bound: number): number {
  let start = 0
  while (start < a.length && start < b.length && a.charCodeAt(start) === b.charCodeAt(start)) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--
    endB--
  }
  return distanceBetween(a.slice(start, endA), b.slice(start, endB), bound)
}

/** Rows that are used again: thousands of names are compared one after the other. */
let rows: readonly [Int32Array, Int32Array, Int32Array] = rowsFor(64)

function rowsFor(length: number): readonly [Int32Array, Int32Array, Int32Array] {
  return [new Int32Array(length), new Int32Array(length), new Int32Array(length)]
}

/** Only the cells near the diagonal can be within the bound (Ukkonen 1985). */
function distanceBetween(a: string, b: string, bound: number): number {
  const over = bound + 1
  if (Math.abs(a.length - b.length) > bound) return over
  if (a.length === 0 || b.length === 0) return a.length + b.length
  if (rows[0].length <= b.length + 1) rows = rowsFor(2 * b.length + 2)
  let [beforePrevious, previous, row] = rows
  for (let j = 0; j <= b.length; j++) previous[j] = Math.min(j, over)
  for (let i = 1; i <= a.length; i++) {
    const [from, to] = [Math.max(1, i - bound), Math.min(b.length, i + bound)]
    row[from - 1] = from === 1 ? i : over
    let least = row[from - 1]!
    for (let j = from; j <= to; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1
      let cost = Math.min(previous[j - 1]! + same, row[j - 1]! + 1)
      if (j < i + bound) cost = Math.min(cost, previous[j]! + 1)
      if (isSwapped(a, b, i, j)) cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      row[j] = cost
      if (cost < least) least = cost
    }
    if (least > bound) return over
    ;[beforePrevious, previous, row] = [previous, row, beforePrevious]
  }
  return Math.min(previous[b.length]!, over)
}

function isSwapped(a: string, b: string, i: number, j: number): boolean {
  return (
    i > 1 &&
    j > 1 &&
    a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
    a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

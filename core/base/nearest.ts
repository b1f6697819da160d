/** A candidate and how sure the suggestion is, from 0 to 1. */
export interface Near {
  readonly value: string
  readonly confidence: number
}

/**
 * The candidates nearest to `text` by optimal string alignment distance (Damerau 1964), best first, at most `most`;
 * none that differs in more than a third of its length. Ties keep the order of the candidates.
 */
export function findNearest(text: string, candidates: Iterable<string>, most = 3): Near[] {
  const found: Near[] = []
  for (const value of candidates) {
    const longest = Math.max(text.length, value.length)
    const bound = Math.floor(longest / 3)
    if (Math.abs(text.length - value.length) > bound) continue
    const edits = distance(text, value, bound)
    if (edits <= bound) found.push({ value, confidence: round(1 - edits / longest) })
  }
  return found.toSorted((a, b) => b.confidence - a.confidence).slice(0, most)
}

/** Optimal string alignment distance, given up (as `bound + 1`) as soon as it must exceed `bound`. */
export function distance(a: string, b: string, bound: number): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      }
      row[j] = cost
      least = Math.min(least, cost)
    }
    if (least > bound) return bound + 1
    beforePrevious = previous
    previous = row
  }
  return previous[b.length]!
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

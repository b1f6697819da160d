import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findNearest } from 'heddle'

/** Optimal string alignment distance as it is defined, every cell of it. */
function distanceOf(a: string, b: string): number {
  const cells = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  )
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      cells[i]![j] = Math.min(
        cells[i - 1]![j]! + 1,
        cells[i]![j - 1]! + 1,
        cells[i - 1]![j - 1]! + (isSame ? 0 : 1),
        isSwapped ? cells[i - 2]![j - 2]! + 1 : Infinity,
      )
    }
  }
  return cells[a.length]![b.length]!
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 })

test('the nearest names are those that the whole table of distances gives', () => {
  fc.assert(
    fc.property(word, fc.uniqueArray(word, { maxLength: 6 }), (text, candidates) => {
      const expected = candidates
        .map((value) => ({
          value,
          longest: Math.max(text.length, value.length),
          edits: distanceOf(text, value),
        }))
        .filter(({ longest, edits }) => edits <= Math.floor(longest / 3))
        .map(({ value, longest, edits }) => ({
          value,
          confidence: Math.round((1 - edits / longest) * 100) / 100,
        }))
        .toSorted((a, b) => b.confidence - a.confidence)
        .slice(0, 3)
      assert.deepEqual(findNearest(text, candidates), expected)
    }),
    { numRuns: 3_000, seed: 20261124 },
  )
})

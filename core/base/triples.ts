/** Items by the triples of letters in their texts. */
export interface TripleIndex<T> {
  /** Items of which at least `least` of the triples in `text` are triples too; `least` is 1 or more. */
  sharing(text: string, least: number): T[]
}

/**
 * The index of items by their texts. A text that is few edits away shares most of its triples (Ukkonen 1992), so that of
 * thousands of texts few need comparing.
 */
export function createTripleIndex<T>(items: readonly T[], textOf: (item: T) => string): TripleIndex<T> {
  const holders = new Map<string, number[]>()
  for (const [number, item] of items.entries()) {
    for (const triple of new Set(triplesOf(textOf(item)))) {
      const known = holders.get(triple)
      if (known) known.push(number)
      else holders.set(triple, [number])
    }
  }
  const counts = new Uint16Array(items.length)
  return {
    sharing(text, least) {
      const touched: number[] = []
      for (const triple of triplesOf(text))
        for (const number of holders.get(triple) ?? []) if (counts[number]!++ === 0) touched.push(number)
      const found = touched.filter((number) => counts[number]! >= least)
      for (const number of touched) counts[number] = 0
      return found.sort((a, b) => a - b).map((number) => items[number]!)
    },
  }
}

function triplesOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 2) }, (_, at) => text.slice(at, at + 3))
}

/** A word as it was written, and the stem that its endings share. */
export interface Word {
  readonly text: string
  readonly stem: string
}

/** The words of a text, without punctuation. */
export function wordsOf(text: string): Word[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu) ?? []
  return words.map((text) => ({ text, stem: stemOf(text) }))
}

/** The stems of a text's words. */
export function stemsOf(text: string): string[] {
  return wordsOf(text).map(({ stem }) => stem)
}

/** A stem that different endings of an English word share; short words stay as they are. */
function stemOf(word: string): string {
  const plain = cut(word.replace(/'s?$/, ''), plurals)
  return tidy(cut(plain, endings))
}

type Ending = readonly [ending: string, instead: string, least: number]

const plurals: readonly Ending[] = [
  ['sses', 'ss', 6],
  ['ies', 'y', 5],
  ['ss', 'ss', 3],
  ['us', 'us', 3],
  ['is', 'is', 3],
  ['s', '', 4],
]

const endings: readonly Ending[] = [
  ['ing', '', 6],
  ['ed', '', 5],
]

function cut(word: string, list: readonly Ending[]): string {
  const found = list.find(([ending, , least]) => word.length >= least && word.endsWith(ending))
  return found ? word.slice(0, -found[0].length) + found[1] : word
}

/** `runn` and `refactore` come from endings that were cut. */
function tidy(stem: string): string {
  if (stem.length > 4 && stem.endsWith('e')) return stem.slice(0, -1)
  const isDoubled = stem.length > 3 && stem.at(-1) === stem.at(-2) && !/[aeiousl]$/.test(stem)
  return isDoubled ? stem.slice(0, -1) : stem
}

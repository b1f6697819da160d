import { compareText, type Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import type { FoundBefore } from './while-same.ts'

/** Shorter files are alike by chance: a heading, an empty template. */
const leastBytes = 200
/** From so many files on, folders are told about instead of files. */
const leastInFolder = 3
const shown = 5

type Text = Pick<Card, 'id' | 'layer' | 'bytes' | 'digest'>

/** A finder that looks again only when a text that several files hold, or held, may be among what changed. */
export function createDuplicateFinder(
  before?: FoundBefore<Text, readonly Diagnostic[]>,
): (cards: readonly Text[]) => readonly Diagnostic[] {
  let last = before?.cards ?? []
  let found = before?.found ?? []
  let counted: Map<string, number> | undefined

  /** True when neither text is held by anybody else, before or after; counts them. */
  function isAlone(before: Text, now: Text): boolean {
    const holders = (counted ??= countHolders(last))
    const old = holders.get(before.digest) ?? 0
    const others = holders.get(now.digest) ?? 0
    holders.delete(before.digest)
    holders.set(now.digest, 1)
    return old === 1 && others === 0 && before.id === now.id && before.layer === now.layer
  }

  return (cards) => {
    let isKnown = last.length === cards.length
    for (let at = 0; isKnown && at < cards.length; at++) {
      const [before, now] = [last[at]!, cards[at]!]
      isKnown = before === now || isSame(before, now) || isAlone(before, now)
    }
    last = cards
    if (isKnown) return found
    counted = undefined
    found = findDuplicates(cards)
    return found
  }
}

function countHolders(cards: readonly Text[]): Map<string, number> {
  const holders = new Map<string, number>()
  for (const { digest } of cards) holders.set(digest, (holders.get(digest) ?? 0) + 1)
  return holders
}

function isSame(a: Text, b: Text): boolean {
  return a.digest === b.digest && a.id === b.id && a.layer === b.layer
}

/**
 * A finding for each text that several files hold; where whole folders hold the same files below the same names, one for the
 * two folders. The first by name is taken for the original.
 */
function findDuplicates(cards: readonly Text[]): Diagnostic[] {
  const copies = findCopies(cards)
  const folders = groupBy(copies, ({ folders }) => folders)
  const trees = [...folders.values()].filter(({ length }) => length >= leastInFolder)
  const told = new Set(trees.flat())
  const single = groupBy(
    copies.filter((copy) => !told.has(copy)),
    ({ original }) => original,
  )
  return [...trees.map(treeFound), ...[...single.values()].map(filesFound)]
}

interface Copy {
  readonly original: string
  readonly copy: string
  /** The two folders below which both have the same path, joined by a line break. */
  readonly folders: string
}

function findCopies(cards: readonly Text[]): Copy[] {
  const originals = new Map<string, Text>()
  const copies: Copy[] = []
  for (const card of cards) {
    if (card.bytes < leastBytes) continue
    const original = originals.get(card.digest)
    if (!original) originals.set(card.digest, card)
    else if (original.layer === card.layer) copies.push(copyOf(...inOrder(original.id, card.id)))
  }
  return copies
}

function inOrder(a: string, b: string): [string, string] {
  return compareText(a, b) < 0 ? [a, b] : [b, a]
}

function copyOf(original: string, copy: string): Copy {
  const a = original.split('/')
  const b = copy.split('/')
  let shared = 0
  while (shared < Math.min(a.length, b.length) && a.at(-1 - shared) === b.at(-1 - shared)) shared++
  const folder = (names: readonly string[]): string => names.slice(0, names.length - shared).join('/')
  // Files of different names have no folders in common: each such pair stands for itself.
  return { original, copy, folders: shared === 0 ? `${original}\n${copy}` : `${folder(a)}\n${folder(b)}` }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

function treeFound(copies: readonly Copy[]): Diagnostic {
  const [original, copy] = copies[0]!.folders.split('\n').map((folder) => folder || 'the root') as [
    string,
    string,
  ]
  return {
    code: 'DUPLICATE_CONTENT',
    severity: 'info',
    message: `${copies.length} files of ${copy} are the same as in ${original}: ${few(copies.map((one) => one.copy))}.`,
    hint: 'Keep one of the two folders and refer to it, or say why both are needed.',
    at: { path: copies[0]!.copy, line: 1, column: 1 },
  }
}

function filesFound(copies: readonly Copy[]): Diagnostic {
  const { original, copy } = copies[0]!
  const all = [original, ...copies.map((one) => one.copy)]
  return {
    code: 'DUPLICATE_CONTENT',
    severity: 'info',
    message: `${all.length} files hold the same text: ${few(all)}.`,
    hint: 'Keep one of them and refer to it from the others.',
    candidates: all,
    at: { path: copy, line: 1, column: 1 },
  }
}

function few(paths: readonly string[]): string {
  const rest = paths.length - shown
  return paths.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

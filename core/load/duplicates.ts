import { compareText, type Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'

/** Shorter files are alike by chance: a heading, an empty template. */
const leastBytes = 200
/** From so many files on, folders are told about instead of files. */
const leastInFolder = 3
const shown = 5

/**
 * A finding for each text that several files hold; where whole folders hold the same files below the same names, one for the
 * two folders. The first by name is taken for the original.
 */
export function findDuplicates(cards: readonly Card[]): Diagnostic[] {
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

function findCopies(cards: readonly Card[]): Copy[] {
  const originals = new Map<string, Card>()
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

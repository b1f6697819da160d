import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'
import { numbersOf } from './numbered.ts'

/** What decides whether something leads to a module. */
export type Reached = Pick<Card, 'id' | 'inHome' | 'kind' | 'entry' | 'refersTo'>

/**
 * The modules of a framework's home to which nothing refers and which no host loads by itself. The `README.md` or `index.md`
 * of a folder counts as reached with it: when something refers to the folder, or the folder holds anything that is reached.
 */
export function findOrphans<C extends Reached>(cards: readonly C[]): C[] {
  const numbers = numbersOf(cards)
  const isReached = new Uint8Array(cards.length)
  for (const { refersTo } of cards) {
    for (const to of refersTo) {
      const number = numbers.get(to)
      if (number !== undefined) isReached[number] = 1
    }
  }
  const orphans = cards.filter((card, number) => isReached[number] === 0 && isGraded(card))
  if (!orphans.some(({ id }) => standsForFolder.test(id))) return orphans
  const reached = reachedFolders(cards, new Set(orphans.map(({ id }) => id)))
  return orphans.filter(({ id }) => !standsForFolder.test(id) || !reached.has(folderOf(id)))
}

/**
 * True for a framework. Where nothing is an entry point the modules are a library for others, and nobody here can say which of them
 * are needed.
 */
export function isForItself(cards: readonly Pick<Card, 'entry' | 'digest'>[]): boolean {
  return cards.some(({ entry, digest }) => entry && digest !== '')
}

/** The finding for an orphan. */
export function tellOrphan(id: string): Diagnostic {
  return {
    code: 'ORPHAN',
    severity: 'info',
    message: 'Nothing refers to this module, and no host loads it by itself.',
    hint: 'Refer to it, remove it, or name it in "entries" of the configuration.',
    at: { path: id, line: 1, column: 1 },
  }
}

/** Documents outside the home are for people, who find them without being led. */
function isGraded({ inHome, kind, entry }: Reached): boolean {
  return inHome && !entry && kind !== 'document'
}

const standsForFolder = /(?:^|\/)(?:readme|index)\.mdx?$/i

function folderOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('/')))
}

/** Folders that a reference names, and those round every module that is reached. */
function reachedFolders(cards: readonly Reached[], orphans: ReadonlySet<string>): Set<string> {
  const reached = new Set<string>()
  for (const { id, refersTo } of cards) {
    for (const to of refersTo) reached.add(to)
    if (orphans.has(id)) continue
    for (let folder = folderOf(id); folder !== '' && !reached.has(folder); folder = folderOf(folder))
      reached.add(folder)
  }
  return reached
}

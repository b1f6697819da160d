import { crc32 } from 'node:zlib'
import type { Card, Edge } from './card.ts'
import type { FragmentUse } from './fragments.ts'
import type { KeptCard, Snapshot } from './snapshot.ts'

/** Raised with every change of what stands in a store or of what a card says. */
const version = 3

/** Keys of cards that are written as rows of numbers. */
const edgeKeys = ['needs', 'provides', 'imports'] as const
type EdgeKey = (typeof edgeKeys)[number]

/** A snapshot in columns: ten thousand objects with the same keys are read five times as slowly. */
interface Columns {
  readonly names: readonly string[]
  readonly folders: readonly (readonly [number, string])[]
  readonly files: string
  readonly count: number
  readonly digests: string
  readonly stamps: readonly number[]
  readonly searches: readonly number[]
  readonly seen: readonly number[]
  readonly totals: readonly number[]
  readonly refersTo: readonly number[]
  readonly edges: Readonly<Record<EdgeKey, readonly number[]>>
  readonly uses: readonly number[]
  /** Every other key: its values by the number of the card; a value that most cards share is left out. */
  readonly others: Readonly<
    Record<string, { readonly most: unknown; readonly rest: readonly (readonly [number, unknown])[] }>
  >
}

/** A snapshot as text; `key` says what it was made with. */
export function formatStore(snapshot: Snapshot, key: string): string {
  const body = JSON.stringify(toColumns(snapshot))
  return `heddle ${version} ${key} ${crc32(body)} ${body.length}\n${body}`
}

/** The snapshot of a text; undefined for a text that is damaged, of another version, or made with another key. */
export function parseStore(text: string, key: string): Snapshot | undefined {
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== `heddle ${version} ${key} ${crc32(body)} ${body.length}`)
    return undefined
  try {
    return fromColumns(JSON.parse(body) as Columns)
  } catch {
    return undefined
  }
}

const totalKeys = ['total', 'resolved', 'searched', 'missing', 'ambiguous', 'outside'] as const
const special: ReadonlySet<string> = new Set(['id', 'digest', 'totals', 'refersTo', 'uses', ...edgeKeys])

function toColumns({ cards, folders, files }: Snapshot): Columns {
  const names = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = names.get(name)
    if (known !== undefined) return known
    names.set(name, names.size)
    return names.size - 1
  }
  // The first names are the ids, so that a card's id is its number.
  for (const { card } of cards) numberOf(card.id)
  const rows = <T>(
    each: (kept: KeptCard) => readonly T[],
    write: (item: T) => readonly number[],
  ): number[] => {
    const out: number[] = []
    for (const kept of cards) {
      const items = each(kept)
      out.push(items.length)
      for (const item of items) out.push(...write(item))
    }
    return out
  }
  const edge = ({ to, through, line, column }: Edge): number[] => [
    numberOf(to),
    numberOf(through),
    line,
    column,
  ]
  const use = ({ to, fragment, text, line, column }: FragmentUse): number[] => [
    numberOf(to),
    numberOf(fragment),
    numberOf(text),
    line,
    column,
  ]
  const columns = {
    files,
    count: cards.length,
    folders: [...folders].map(([name, digest]) => [numberOf(name), digest] as const),
    digests: cards.map(({ card }) => card.digest).join(''),
    stamps: cards.flatMap(({ stamp }) => [stamp.size, stamp.modified, stamp.changed, stamp.inode]),
    searches: cards.map((kept) => Number(kept.searches)),
    seen: rows(
      (kept) => kept.folders,
      (name) => [numberOf(name)],
    ),
    totals: cards.flatMap(({ card }) => totalKeys.map((key) => card.totals[key])),
    refersTo: rows(
      ({ card }) => card.refersTo,
      (to) => [numberOf(to)],
    ),
    edges: {
      needs: rows(({ card }) => card.needs, edge),
      provides: rows(({ card }) => card.provides, edge),
      imports: rows(({ card }) => card.imports, edge),
    },
    uses: rows(({ card }) => card.uses, use),
    others: othersOf(cards),
  }
  return { names: [...names.keys()], ...columns }
}

function othersOf(cards: readonly KeptCard[]): Columns['others'] {
  const others: Record<string, Columns['others'][string]> = {}
  const keys = Object.keys(cards[0]?.card ?? {}).filter((key) => !special.has(key)) as (keyof Card)[]
  for (const key of keys) {
    const texts = cards.map(({ card }) => JSON.stringify(card[key]))
    const most = commonest(texts)
    const rest = cards.flatMap(({ card }, index) =>
      texts[index] === most ? [] : [[index, card[key]] as const],
    )
    others[key] = { most: JSON.parse(most) as unknown, rest }
  }
  return others
}

function commonest(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

const digestLength = 64

function fromColumns(columns: Columns): Snapshot {
  const { names, count, digests, stamps, searches, totals } = columns
  const others = Object.entries(columns.others).map(([key, { most, rest }]) => {
    const values: unknown[] = Array.from({ length: count }, () => most)
    for (const [index, value] of rest) values[index] = value
    return [key, values] as const
  })
  const [seen, refersTo] = [rowsOf(columns.seen, 1), rowsOf(columns.refersTo, 1)]
  const uses = rowsOf(columns.uses, 5)
  const edges = edgeKeys.map((key) => [key, rowsOf(columns.edges[key], 4)] as const)
  const cards: KeptCard[] = []
  for (let index = 0; index < count; index++) {
    const card: Record<string, unknown> = { id: names[index] }
    for (const [key, values] of others) card[key] = values[index]
    card['digest'] = digests.slice(index * digestLength, (index + 1) * digestLength)
    card['totals'] = totalsAt(totals, index * totalKeys.length)
    card['refersTo'] = refersTo.next((at, row) => names[row[at]!]!)
    card['uses'] = uses.next((at, row) => useAt(names, row, at))
    for (const [key, rows] of edges) card[key] = rows.next((at, row) => edgeAt(names, row, at))
    const at = index * 4
    const stamp = {
      type: 'file',
      size: stamps[at]!,
      modified: stamps[at + 1]!,
      changed: stamps[at + 2]!,
      inode: stamps[at + 3]!,
    } as const
    const folders = seen.next((at, row) => names[row[at]!]!)
    cards.push({ card: card as unknown as Card, stamp, folders, searches: searches[index] === 1 })
  }
  const folders = new Map(columns.folders.map(([name, digest]) => [names[name]!, digest]))
  return { cards, folders, files: columns.files }
}

function totalsAt(totals: readonly number[], at: number): Card['totals'] {
  return {
    total: totals[at]!,
    resolved: totals[at + 1]!,
    searched: totals[at + 2]!,
    missing: totals[at + 3]!,
    ambiguous: totals[at + 4]!,
    outside: totals[at + 5]!,
  }
}

function edgeAt(names: readonly string[], row: readonly number[], at: number): Edge {
  return { to: names[row[at]!]!, through: names[row[at + 1]!]!, line: row[at + 2]!, column: row[at + 3]! }
}

function useAt(names: readonly string[], row: readonly number[], at: number): FragmentUse {
  const { to, through: fragment } = edgeAt(names, row, at)
  return { to, fragment, text: names[row[at + 2]!]!, line: row[at + 3]!, column: row[at + 4]! }
}

interface Rows {
  /** The items of the next card, each read from where its numbers begin. */
  next<T>(read: (at: number, row: readonly number[]) => T): T[]
}

const none: never[] = []

function rowsOf(row: readonly number[], width: number): Rows {
  let at = 0
  return {
    next(read) {
      const length = row[at++]!
      if (length === 0) return none
      const items = []
      for (let item = 0; item < length; item++, at += width) items.push(read(at, row))
      return items
    },
  }
}

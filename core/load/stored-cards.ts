import type { Diagnostic } from '../base/diagnostic.ts'
import type { AskedValue } from '../module/asked-values.ts'
import type { Directive, LayerName } from '../module/module.ts'
import type { Stamp } from '../vfs/file-system.ts'
import type { Card, Edge, ReferenceTotals } from './card.ts'
import type { FragmentUse } from './fragments.ts'
import type { KeptCard } from './snapshot.ts'

/** Lists of numbers, as many for a card as it has items times their width. */
export const widths = { folders: 1, refersTo: 1, needs: 4, provides: 4, imports: 4, uses: 5 } as const
/** How many of the numbers of an item, from its first, stand for names; the others are what they are. */
export const named = { folders: 1, refersTo: 1, needs: 2, provides: 2, imports: 2, uses: 3 } as const
export type ListKey = keyof typeof widths
export const listKeys = Object.keys(widths) as readonly ListKey[]

/** Lists that are empty for nearly all cards. */
export const rareKeys = ['lost', 'directives', 'asks', 'takes', 'findings', 'partFindings'] as const
export type RareKey = (typeof rareKeys)[number]

/** What stands in the row of a card, in this order; names and words are told by their numbers, -1 for none. */
export const rowKeys = [
  'layer',
  'kind',
  'version',
  'name',
  'title',
  'inHome',
  'entry',
  'searches',
  'bytes',
  'tokens',
  'total',
  'resolved',
  'searched',
  'missing',
  'ambiguous',
  'outside',
] as const
type RowKey = (typeof rowKeys)[number]
const rowLength = rowKeys.length
const place = Object.fromEntries(rowKeys.map((key, index) => [key, index])) as Readonly<
  Record<RowKey, number>
>

export const stampLength = 4
export const digestLength = 64

/** Cards in columns, each column one piece of memory. */
export interface Columns {
  readonly count: number
  /** The first are the ids of the cards. */
  readonly names: readonly string[]
  /** Texts that are asked for rarely. */
  words(): readonly string[]
  /** Size, both times and the number of the file; NaN where there is no stamp. */
  readonly stamps: Float64Array
  readonly rows: Int32Array
  /** Where the list of each card begins, and where the last one ends. */
  readonly starts: Readonly<Record<ListKey, Int32Array>>
  readonly lists: Readonly<Record<ListKey, Int32Array>>
  /** Spaces where there is none. */
  readonly digests: Buffer
  /** By the number of the card; those that are not there have an empty list. */
  readonly rare: Readonly<Record<RareKey, ReadonlyMap<number, readonly unknown[]>>>
}

/** The cards in columns, each made of them as it is asked for: of ten thousand, few are looked at closely. */
export function cardsIn(columns: Columns): KeptCard[] {
  const cards: KeptCard[] = []
  for (let at = 0; at < columns.count; at++) cards.push(new StoredKept(columns, at))
  return cards
}

/** A list of a card as it stands in its columns; undefined for a card that was not stored. */
export function storedList(
  kept: KeptCard,
  key: ListKey,
): { readonly names: readonly string[]; readonly numbers: Int32Array } | undefined {
  return kept instanceof StoredKept ? kept.list(key) : undefined
}

class StoredKept implements KeptCard {
  readonly card: Card
  readonly #columns: Columns
  readonly #at: number

  constructor(columns: Columns, at: number) {
    this.#columns = columns
    this.#at = at
    this.card = new StoredCard(columns, at)
  }

  list(key: ListKey): { readonly names: readonly string[]; readonly numbers: Int32Array } {
    const { names, lists, starts } = this.#columns
    return { names, numbers: lists[key].subarray(starts[key][this.#at], starts[key][this.#at + 1]) }
  }

  get stamp(): Stamp | undefined {
    const { stamps } = this.#columns
    const from = this.#at * stampLength
    const size = stamps[from]!
    if (Number.isNaN(size)) return undefined
    return {
      type: 'file',
      size,
      modified: stamps[from + 1]!,
      changed: stamps[from + 2]!,
      inode: stamps[from + 3]!,
    }
  }

  get searches(): boolean {
    return this.#columns.rows[this.#at * rowLength + place.searches] === 1
  }

  get folders(): readonly string[] {
    const { names } = this.#columns
    return listAt(this.#columns, 'folders', this.#at, (list, from) => names[list[from]!]!)
  }
}

/** A card whose lists are made when they are first asked for. */
class StoredCard implements Card {
  readonly #columns: Columns
  readonly #at: number
  #needs: readonly Edge[] | undefined
  #provides: readonly Edge[] | undefined
  #imports: readonly Edge[] | undefined
  #refersTo: readonly string[] | undefined
  #uses: readonly FragmentUse[] | undefined

  constructor(columns: Columns, at: number) {
    this.#columns = columns
    this.#at = at
  }

  #cell(key: RowKey): number {
    return this.#columns.rows[this.#at * rowLength + place[key]]!
  }

  #rare(key: RareKey): readonly unknown[] {
    return this.#columns.rare[key].get(this.#at) ?? none
  }

  #edges(key: 'needs' | 'provides' | 'imports'): readonly Edge[] {
    const { names } = this.#columns
    return listAt(this.#columns, key, this.#at, (list, from) => ({
      to: names[list[from]!]!,
      through: names[list[from + 1]!]!,
      line: list[from + 2]!,
      column: list[from + 3]!,
    }))
  }

  get id(): string {
    return this.#columns.names[this.#at]!
  }

  get layer(): LayerName {
    return this.#columns.names[this.#cell('layer')] as LayerName
  }

  get inHome(): boolean {
    return this.#cell('inHome') === 1
  }

  get kind(): string {
    return this.#columns.names[this.#cell('kind')]!
  }

  get name(): string {
    return this.#columns.names[this.#cell('name')]!
  }

  get title(): string | null {
    return this.#columns.words()[this.#cell('title')] ?? null
  }

  get version(): string | null {
    return this.#columns.names[this.#cell('version')] ?? null
  }

  get entry(): boolean {
    return this.#cell('entry') === 1
  }

  get bytes(): number {
    return this.#cell('bytes')
  }

  get tokens(): number {
    return this.#cell('tokens')
  }

  get digest(): string {
    const from = this.#at * digestLength
    return this.#columns.digests.toString('latin1', from, from + digestLength).trimEnd()
  }

  get totals(): ReferenceTotals {
    return {
      total: this.#cell('total'),
      resolved: this.#cell('resolved'),
      searched: this.#cell('searched'),
      missing: this.#cell('missing'),
      ambiguous: this.#cell('ambiguous'),
      outside: this.#cell('outside'),
    }
  }

  get needs(): readonly Edge[] {
    return (this.#needs ??= this.#edges('needs'))
  }

  get provides(): readonly Edge[] {
    return (this.#provides ??= this.#edges('provides'))
  }

  get imports(): readonly Edge[] {
    return (this.#imports ??= this.#edges('imports'))
  }

  get refersTo(): readonly string[] {
    const { names } = this.#columns
    return (this.#refersTo ??= listAt(
      this.#columns,
      'refersTo',
      this.#at,
      (list, from) => names[list[from]!]!,
    ))
  }

  get uses(): readonly FragmentUse[] {
    const { names } = this.#columns
    return (this.#uses ??= listAt(this.#columns, 'uses', this.#at, (list, from) => ({
      to: names[list[from]!]!,
      fragment: names[list[from + 1]!]!,
      text: names[list[from + 2]!]!,
      line: list[from + 3]!,
      column: list[from + 4]!,
    })))
  }

  get lost(): readonly string[] {
    return this.#rare('lost') as readonly string[]
  }

  get directives(): readonly Directive[] {
    return this.#rare('directives') as readonly Directive[]
  }

  get asks(): readonly AskedValue[] {
    return this.#rare('asks') as readonly AskedValue[]
  }

  get takes(): readonly string[] {
    return this.#rare('takes') as readonly string[]
  }

  get findings(): readonly Diagnostic[] {
    return this.#rare('findings') as readonly Diagnostic[]
  }

  get partFindings(): readonly Diagnostic[] {
    return this.#rare('partFindings') as readonly Diagnostic[]
  }
}

const none: never[] = []

function listAt<T>(
  { starts, lists }: Columns,
  key: ListKey,
  at: number,
  read: (list: Int32Array, from: number) => T,
): T[] {
  const end = starts[key][at + 1]!
  let from = starts[key][at]!
  if (from === end) return none
  const list = lists[key]
  const items: T[] = []
  for (; from < end; from += widths[key]) items.push(read(list, from))
  return items
}

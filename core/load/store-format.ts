import { endianness } from 'node:os'
import { crc32 } from 'node:zlib'
import type { Edge } from './card.ts'
import type { KeptCard, Snapshot } from './snapshot.ts'
import {
  cardsIn,
  type Columns,
  digestLength,
  listKeys,
  named,
  type ListKey,
  rareKeys,
  type RareKey,
  rowKeys,
  stampLength,
  storedList,
  widths,
} from './stored-cards.ts'

/** Raised with every change of what stands in a store or of what a card says. */
const version = 5

/** What is read as JSON when a store is opened. */
interface Head extends Pick<Snapshot, 'files' | 'whole'> {
  readonly count: number
  readonly names: readonly string[]
  readonly folders: readonly (readonly [number, string])[]
  readonly rare: Readonly<Record<RareKey, RareList>>
}

type RareList = readonly (readonly [number, readonly unknown[]])[]

/**
 * A snapshot as bytes; `key` says what it was made with. Cards are written in columns of numbers, which are there as soon as
 * the bytes are; what is read as JSON is little. A line in front says how long each section is.
 */
export function formatStore(snapshot: Snapshot, key: string): Uint8Array {
  const sections = sectionsOf(snapshot)
  const body = Buffer.concat(sections.flatMap((bytes) => [bytes, Buffer.alloc(-bytes.length & 7)]))
  const lengths = sections.map(({ length }) => length).join(' ')
  const line = `heddle ${version} ${endianness()} ${key} ${checksum(body, lengths)} ${lengths} `
  return Buffer.concat([Buffer.from(line.padEnd(line.length + (~line.length & 7)) + '\n'), body])
}

/** The snapshot of some bytes; undefined for those that are damaged, of another version, or made with another key. */
export function parseStore(bytes: Uint8Array, key: string): Snapshot | undefined {
  // Numbers are read where they lie, which they must do at whole multiples of their length.
  const whole = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes)
  const end = whole.indexOf(lineBreak) + 1
  const body = whole.subarray(end)
  const [product, number, order, madeWith, sum, ...lengths] = wordsOf(whole.subarray(0, end))
  if (product !== 'heddle' || number !== String(version)) return undefined
  if (order !== endianness() || madeWith !== key || sum !== checksum(body, lengths.join(' ')))
    return undefined
  try {
    return snapshotIn(cut(body, lengths.map(Number)))
  } catch {
    return undefined
  }
}

const lineBreak = 10

function wordsOf(line: Uint8Array): string[] {
  return Buffer.from(line).toString('latin1').trimEnd().split(' ')
}

function checksum(body: Uint8Array, lengths: string): string {
  return String(crc32(lengths, crc32(body)))
}

/** Each section as a buffer of its own place; throws when they are not as long as the whole. */
function cut(body: Uint8Array, lengths: readonly number[]): Buffer[] {
  const sections: Buffer[] = []
  let at = 0
  for (const length of lengths) {
    sections.push(Buffer.from(body.buffer, body.byteOffset + at, length))
    at += length + (-length & 7)
  }
  if (at !== body.length || sections.length !== 5 + 2 * listKeys.length) throw new RangeError('sections')
  return sections
}

function sectionsOf({ cards, folders, files, whole }: Snapshot): Uint8Array[] {
  const names = createNumbers()
  const words = createNumbers()
  // The first names are the ids, so that a card's id is its number.
  for (const { card } of cards) names.of(card.id)
  const rows = new Int32Array(cards.length * rowKeys.length)
  const stamps = new Float64Array(cards.length * stampLength)
  for (const [at, kept] of cards.entries()) {
    rows.set(rowOf(kept, names, words), at * rowKeys.length)
    const { size = NaN, modified = 0, changed = 0, inode = 0 } = kept.stamp ?? {}
    stamps.set([size, modified, changed, inode], at * stampLength)
  }
  const lists = listKeys.flatMap((key) => listOf(cards, key, names))
  const head: Head = {
    count: cards.length,
    files,
    whole,
    folders: [...folders].map(([name, digest]) => [names.of(name), digest] as const),
    rare: Object.fromEntries(rareKeys.map((key) => [key, rareOf(cards, key)])) as Head['rare'],
    names: names.texts(),
  }
  const digests = cards.map(({ card }) => card.digest.padEnd(digestLength)).join('')
  const texts = [JSON.stringify(head), JSON.stringify(words.texts()), digests]
  return [...texts.map((text) => Buffer.from(text)), ...[stamps, rows, ...lists].map(asBytes)]
}

/** Texts by number, each once. */
interface Numbers {
  /** -1 for null. */
  of(text: string | null): number
  /** The number of a text that has another one in an earlier table. */
  again(earlier: readonly string[], number: number): number
  texts(): readonly string[]
}

function createNumbers(): Numbers {
  const numbers = new Map<string, number>()
  const translations = new Map<readonly string[], Int32Array>()

  function of(text: string | null): number {
    if (text === null) return -1
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }

  function again(earlier: readonly string[], number: number): number {
    const translation = translations.get(earlier) ?? new Int32Array(earlier.length).fill(-1)
    translations.set(earlier, translation)
    if (translation[number] === -1) translation[number] = of(earlier[number]!)
    return translation[number]!
  }

  return { of, again, texts: () => [...numbers.keys()] }
}

function rowOf({ card, searches }: KeptCard, names: Numbers, words: Numbers): number[] {
  const { totals } = card
  const row: Record<(typeof rowKeys)[number], number> = {
    layer: names.of(card.layer),
    kind: names.of(card.kind),
    version: names.of(card.version),
    name: names.of(card.name),
    title: words.of(card.title),
    inHome: Number(card.inHome),
    entry: Number(card.entry),
    searches: Number(searches),
    bytes: card.bytes,
    tokens: card.tokens,
    total: totals.total,
    resolved: totals.resolved,
    searched: totals.searched,
    missing: totals.missing,
    ambiguous: totals.ambiguous,
    outside: totals.outside,
  }
  return rowKeys.map((key) => row[key])
}

/** Where the list of each card begins, and what stands in them. */
function listOf(cards: readonly KeptCard[], key: ListKey, names: Numbers): [Int32Array, Int32Array] {
  const starts = new Int32Array(cards.length + 1)
  const list: number[] = []
  for (const [at, kept] of cards.entries()) {
    addItems(list, kept, key, names)
    starts[at + 1] = list.length
  }
  return [starts, Int32Array.from(list)]
}

function addItems(list: number[], kept: KeptCard, key: ListKey, names: Numbers): void {
  const stored = storedList(kept, key)
  if (!stored) return addMade(list, kept, key, names)
  const { numbers, names: earlier } = stored
  for (let at = 0; at < numbers.length; at++)
    list.push(at % widths[key] < named[key] ? names.again(earlier, numbers[at]!) : numbers[at]!)
}

function addMade(list: number[], { card, folders }: KeptCard, key: ListKey, names: Numbers): void {
  if (key === 'folders') for (const folder of folders) list.push(names.of(folder))
  else if (key === 'refersTo') for (const to of card.refersTo) list.push(names.of(to))
  else if (key !== 'uses') for (const edge of card[key]) addEdge(list, edge, names)
  else
    for (const { to, fragment, text, line, column } of card.uses)
      list.push(names.of(to), names.of(fragment), names.of(text), line, column)
}

function addEdge(list: number[], { to, through, line, column }: Edge, names: Numbers): void {
  list.push(names.of(to), names.of(through), line, column)
}

function rareOf(cards: readonly KeptCard[], key: RareKey): RareList {
  const list: [number, readonly unknown[]][] = []
  for (const [at, { card }] of cards.entries()) if (card[key].length > 0) list.push([at, card[key]])
  return list
}

function asBytes(column: Float64Array | Int32Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength)
}

function snapshotIn([head, words, digests, stamps, rows, ...lists]: readonly Buffer[]): Snapshot {
  const { count, names, folders, files, whole, rare } = JSON.parse(head!.toString()) as Head
  let known: readonly string[] | undefined
  const columns: Columns = {
    count,
    names,
    words: () => (known ??= JSON.parse(words!.toString()) as readonly string[]),
    digests: digests!,
    stamps: new Float64Array(stamps!.buffer, stamps!.byteOffset, count * stampLength),
    rows: intsIn(rows!),
    starts: columnsFrom(lists, 0),
    lists: columnsFrom(lists, 1),
    rare: Object.fromEntries(rareKeys.map((key) => [key, new Map(rare[key])] as const)) as Record<
      RareKey,
      Map<number, readonly unknown[]>
    >,
  }
  const digestOf = new Map(folders.map(([name, digest]) => [names[name]!, digest]))
  return { cards: cardsIn(columns), folders: digestOf, files, whole }
}

function columnsFrom(lists: readonly Buffer[], side: 0 | 1): Record<ListKey, Int32Array> {
  const columns = listKeys.map((key, index) => [key, intsIn(lists[2 * index + side]!)])
  return Object.fromEntries(columns) as Record<ListKey, Int32Array>
}

function intsIn(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Int32Array.BYTES_PER_ELEMENT)
}

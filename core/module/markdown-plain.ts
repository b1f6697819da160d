import { unescapeMarkdown } from './markdown-escape.ts'
import { htmlBlockKind } from './markdown-html.ts'
import type { LeafCollector } from './markdown-leaves.ts'
import type { OpenLeaf } from './markdown-open-leaf.ts'
import { closesFence, readFence, readHeading, skipSpaces } from './markdown-starts.ts'
import { delimiterColumns, splitRow } from './markdown-table.ts'

/** What is open where the reader stopped, for the one that goes on there. */
export interface OpenBlocks {
  /** The columns by which what belongs to the open list item is indented; 0 when none is open. */
  readonly item: number
  readonly leaf: OpenLeaf | undefined
}

/** A text, where its lines start, and how many of them there are. */
export interface PlainLines {
  readonly text: string
  readonly starts: readonly number[]
  readonly count: number
}

/**
 * Reads lines as long as they are of the common kinds: paragraphs, headings, fences, HTML blocks, tables and list items of one line
 * that begin in the first column. Before any other line it stops and says what is open, and the block scanner goes on. It
 * looks only at how a line begins, which makes it several times as fast; what it reads, the block scanner reads the same.
 */
export class PlainReader {
  readonly #text: string
  readonly #starts: readonly number[]
  readonly #count: number
  readonly #collector: LeafCollector
  /** Offsets of the open paragraph and of its last line; `#start` is -1 when none is open. */
  #start = -1
  #end = -1
  #lastStart = -1
  /** The line in which it begins, from 1. */
  #line = 0
  /** As in `OpenBlocks`; its paragraph is closed by a blank line before the item is. */
  #item = 0
  /** The columns of the open table; 0 when none is open. */
  #columns = 0

  constructor(lines: PlainLines, collector: LeafCollector) {
    this.#text = lines.text
    this.#starts = lines.starts
    this.#count = lines.text.includes('\r') ? 0 : lines.count
    this.#collector = collector
  }

  /** Reads from the line `first` on, counted from 0, nothing being open there; gives the line before which it stopped. */
  read(first: number): number {
    const text = this.#text
    let line = first
    while (line < this.#count) {
      const at = this.#starts[line]!
      const kind = kindOf(text, at)
      if (kind === blank) {
        this.#closeParagraph()
        this.#columns = 0
        line++
      } else if (kind === textual || this.#isText(kind, at, this.#endOf(line))) {
        // In an item it would be a lazy continuation.
        if (this.#item > 0 && this.#start >= 0) return line
        if (this.#columns > 0) this.#addRow(at, line)
        else this.#addLine(at, line)
        line++
      } else {
        const behind = this.#readBlock(kind, at, line)
        if (behind === line) return line
        line = behind
      }
    }
    return line
  }

  /** Hands over what is open. */
  takeOpen(): OpenBlocks {
    const open = { item: this.#item, leaf: this.#openLeaf() }
    this.#item = 0
    this.#start = -1
    this.#columns = 0
    return open
  }

  #openLeaf(): OpenLeaf | undefined {
    if (this.#columns > 0) return { type: 'table', columns: this.#columns }
    if (this.#start < 0) return undefined
    const place = { ranges: [this.#start, this.#end], line: this.#line, lastStart: this.#lastStart }
    return { type: 'paragraph', ...place, lastHeads: true }
  }

  #endOf(line: number): number {
    return line + 1 < this.#starts.length ? this.#starts[line + 1]! - 1 : this.#text.length
  }

  /** True for a line that begins no block of its own, though its first character could. */
  #isText(kind: number, at: number, end: number): boolean {
    const second = at + 1 < end ? this.#text.charCodeAt(at + 1) : lineFeed
    switch (kind) {
      case delimiter:
        return this.#start < 0
      case tick:
        return readFence(this.#text, at, end) === 0
      case plus:
        return !isWhite(second)
      case dash:
        return this.#start < 0 && second !== minus && !isWhite(second)
      case underscore:
        return second !== lowLine && !isWhite(second)
      case star:
        if (second !== asterisk || at + 2 >= end) return second !== asterisk && !isWhite(second)
        return this.#text.charCodeAt(at + 2) !== asterisk && !isWhite(this.#text.charCodeAt(at + 2))
      default:
        return false
    }
  }

  /** Reads the block that begins in a line; gives the line behind it, the same line when that is for the block scanner. */
  #readBlock(kind: number, at: number, line: number): number {
    switch (kind) {
      case hash:
        return this.#readHeading(at, line)
      case tick:
        return this.#readFenced(at, line)
      case angle:
        return this.#readHtml(at, line)
      case dash:
        return this.#text.charCodeAt(at + 1) === space
          ? this.#readItem(at, 1, line)
          : this.#readTable(at, line)
      case star:
      case plus:
        return this.#readItem(at, 1, line)
      case delimiter:
        return this.#readTable(at, line)
      case digit:
        return this.#readOrdered(at, line)
      default:
        return line
    }
  }

  #readHeading(at: number, line: number): number {
    const heading = readHeading(this.#text, at, this.#endOf(line))
    if (!heading) return line
    this.#closeAll()
    this.#collector.addHeading(heading.depth, line + 1, heading)
    return line + 1
  }

  #readFenced(at: number, line: number): number {
    const text = this.#text
    this.#closeAll()
    let end = this.#endOf(line)
    const fence = { mark: text.charCodeAt(at), length: readFence(text, at, end) }
    const info = unescapeMarkdown(text.slice(at + fence.length, end).trim())
    let next = line + 1
    for (let isOpen = true; isOpen && next < this.#count; next++) {
      const mark = this.#behindIndent(this.#starts[next]!)
      end = this.#endOf(next)
      isOpen = mark < 0 || !closesFence(text, { at: mark, end }, fence)
    }
    this.#collector.codeBlocks.push({ start: at, end, info, fenced: true })
    return next
  }

  /** The offset behind up to three spaces, -1 where there are more. */
  #behindIndent(at: number): number {
    let behind = at
    while (behind - at < 4 && this.#text.charCodeAt(behind) === space) behind++
    return behind - at < 4 ? behind : -1
  }

  /** HTML blocks of the kinds that end before a blank line. */
  #readHtml(at: number, line: number): number {
    let end = this.#endOf(line)
    const kind = htmlBlockKind(this.#text, at, end)
    if (kind < 6 || (kind === 7 && this.#start >= 0)) return line
    this.#closeAll()
    let next = line + 1
    for (; next < this.#count; next++) {
      const lineEnd = this.#endOf(next)
      if (skipSpaces(this.#text, this.#starts[next]!, lineEnd) === lineEnd) break
      end = lineEnd
    }
    this.#collector.htmlBlocks.push({ start: at, end })
    return next
  }

  #readOrdered(at: number, line: number): number {
    const text = this.#text
    let length = 1
    while (length < 9 && kindOf(text, at + length) === digit) length++
    const mark = text.charCodeAt(at + length)
    if (mark !== point && mark !== parenthesis) return line
    const interrupts = this.#start >= 0 && this.#item === 0
    if (interrupts && (length > 1 || text.charCodeAt(at) !== one)) return line
    return this.#readItem(at, length + 1, line)
  }

  /** An item whose mark is followed by one space and by text. */
  #readItem(at: number, length: number, line: number): number {
    const start = at + length + 1
    const end = this.#endOf(line)
    if (start >= end || this.#text.charCodeAt(start - 1) !== space) return line
    const kind = kindOf(this.#text, start)
    const isText = kind === textual || kind === delimiter || this.#isText(kind, start, end)
    if (!isText) return line
    this.#closeAll()
    this.#addLine(start, line)
    this.#item = length + 1
    return line + 1
  }

  /** A delimiter row makes the last line of the paragraph above it the head of a table. */
  #readTable(at: number, line: number): number {
    if (this.#start < 0 || this.#item > 0) return line
    const columns = delimiterColumns(this.#text, at, this.#endOf(line))
    const headStart = this.#lastStart
    const head = columns > 0 ? splitRow(this.#text, headStart, this.#end) : []
    if (columns === 0 || head.length !== columns * 2) return line
    if (!this.#text.slice(headStart, this.#end).includes('|')) return line
    if (headStart === this.#start) this.#start = -1
    else this.#end = headStart - 1
    this.#closeParagraph()
    this.#columns = columns
    this.#collector.addCells(head, columns)
    return line + 1
  }

  #addRow(at: number, line: number): void {
    this.#collector.addCells(splitRow(this.#text, at, this.#endOf(line)), this.#columns)
  }

  #addLine(start: number, line: number): void {
    if (this.#start < 0) {
      this.#start = start
      this.#line = line + 1
      this.#item = 0
    }
    this.#lastStart = start
    this.#end = this.#endOf(line)
  }

  #closeAll(): void {
    this.#closeParagraph()
    this.#item = 0
    this.#columns = 0
  }

  #closeParagraph(): void {
    if (this.#start >= 0) this.#collector.addLines(this.#start, this.#end)
    this.#start = -1
  }
}

/** What the first character of a line can begin; everything that is not in the table begins text. */
const textual = 0
const blank = 1
/** Left to the block scanner: indentation and quotes. */
const unusual = 2
/** Below a paragraph it may be the delimiter row of a table, or underline a heading. */
const delimiter = 3
const hash = 4
const tick = 5
const angle = 6
const dash = 7
const star = 8
const plus = 9
const underscore = 10
const digit = 11

const kinds = new Uint8Array(128)
const firstCharacters: readonly (readonly [kind: number, characters: string])[] = [
  [blank, '\n'],
  [unusual, ' \t>'],
  [delimiter, '|:='],
  [hash, '#'],
  [tick, '`~'],
  [angle, '<'],
  [dash, '-'],
  [star, '*'],
  [plus, '+'],
  [underscore, '_'],
  [digit, '0123456789'],
]
for (const [kind, characters] of firstCharacters)
  for (const character of characters) kinds[character.charCodeAt(0)] = kind

function kindOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 128 ? kinds[code]! : textual
}

const space = 32
const asterisk = 42
const minus = 45
const point = 46
const parenthesis = 41
const one = 49
const lowLine = 95
const lineFeed = 10

function isWhite(code: number): boolean {
  return code === space || code === 9 || code === lineFeed
}

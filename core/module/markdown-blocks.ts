import type { Lines } from './lines.ts'
import { LineCursor } from './markdown-cursor.ts'
import { unescapeMarkdown } from './markdown-escape.ts'
import { endsHtmlBlock, htmlBlockKind } from './markdown-html.ts'
import {
  type CodeBlock,
  type Definition,
  type Leaf,
  LeafCollector,
  type Paragraph,
  type PlainHeading,
} from './markdown-leaves.ts'
import { continueLeaf, type OpenLeaf } from './markdown-open-leaf.ts'
import { PlainReader } from './markdown-plain.ts'
import type { Range } from './markdown-segment.ts'
import { isThematicBreak, readFence, readHeading, readMarker, setextDepth } from './markdown-starts.ts'
import { delimiterColumns, splitRow } from './markdown-table.ts'

/** The blocks of a text, each kind in document order. */
export interface Blocks {
  readonly codeBlocks: readonly CodeBlock[]
  readonly htmlBlocks: readonly Range[]
  readonly definitions: readonly Definition[]
  /** Headings, and those paragraphs and table cells in which a link or code span is possible. */
  readonly leaves: readonly (Leaf | PlainHeading)[]
}

/**
 * Finds the blocks of a text from `from` on, in time linear in its length. Quotes and list items nest up to 100 deep; what
 * is deeper is read as text of the innermost one, so that hostile nesting costs no more than 100 steps a line.
 */
export function scanBlocks(text: string, from: number, lines: Lines): Blocks {
  return new BlockScanner(text, lines).scan(from)
}

const maximumDepth = 100

interface Container {
  readonly type: 'quote' | 'item'
  /** The columns by which what belongs to an item is indented; 0 for a quote. */
  readonly indent: number
  /** True as long as nothing stands in it: a blank line then ends an item. */
  empty: boolean
}

/** What begins in a line: a container (look on behind its mark), a leaf (the line is used up), or nothing new. */
type Step = 'container' | 'leaf' | 'text'

class BlockScanner {
  readonly #text: string
  readonly #cursor: LineCursor
  readonly #collector: LeafCollector
  readonly #plain: PlainReader
  readonly #lines: Lines
  readonly #count: number
  readonly #containers: Container[] = []
  /** How many containers the current line belongs to so far. */
  #matched = 0
  #leaf: OpenLeaf | undefined
  /** Counted from 1. */
  #line = 1

  constructor(text: string, lines: Lines) {
    this.#text = text
    this.#lines = lines
    this.#cursor = new LineCursor(text, lines)
    this.#collector = new LeafCollector(text)
    const { starts } = lines
    this.#count = starts.at(-1) === text.length ? starts.length - 1 : starts.length
    this.#plain = new PlainReader({ text, starts, count: this.#count }, this.#collector)
  }

  scan(from: number): Blocks {
    const { starts } = this.#lines
    let index = this.#lines.place(from).line - 1
    if (starts[index]! < from) index++
    while (index < this.#count) {
      if (!this.#leaf && this.#containers.length === 0) index = this.#readPlain(index)
      if (index >= this.#count) break
      this.#cursor.toLine(index)
      index++
      this.#line = index
      this.#readLine()
    }
    this.#closeLeaf()
    return this.#collector
  }

  /** Leaves to the plain reader what it can read; gives the line at which it stopped. */
  #readPlain(index: number): number {
    const line = this.#plain.read(index)
    const { item, leaf } = this.#plain.takeOpen()
    if (item > 0) this.#containers.push({ type: 'item', indent: item, empty: false })
    this.#leaf = leaf
    return line
  }

  #readLine(): void {
    this.#matchContainers()
    if (this.#isInside && this.#continueLeaf()) return
    if (this.#openBlocks()) return
    this.#addText()
  }

  /** True while the line belongs to every open container. */
  get #isInside(): boolean {
    return this.#matched === this.#containers.length
  }

  #matchContainers(): void {
    const cursor = this.#cursor
    for (this.#matched = 0; this.#matched < this.#containers.length; this.#matched++) {
      const container = this.#containers[this.#matched]!
      if (container.type === 'quote') {
        if (!this.#atQuoteMark()) return
        this.#skipQuoteMark()
      } else if (cursor.isBlank) {
        if (container.empty) return
      } else if (cursor.indent >= container.indent) cursor.skipColumns(container.indent)
      else return
    }
  }

  /** Goes on with the open leaf; true when that used up the line. */
  #continueLeaf(): boolean {
    if (!this.#leaf) return false
    const continuation = continueLeaf(this.#leaf, this.#cursor)
    if (continuation === 'last' || continuation === 'after') this.#closeLeaf()
    return continuation === 'inside' || continuation === 'last'
  }

  /** Opens the blocks that begin in the rest of the line; true when they used it up. */
  #openBlocks(): boolean {
    const cursor = this.#cursor
    for (;;) {
      if (cursor.isBlank) return false
      if (cursor.indent >= 4) {
        if (this.#leaf?.type === 'paragraph') return false
        this.#openLeaf({ type: 'indented', start: cursor.next, end: cursor.end })
        return true
      }
      const step = this.#openBlock()
      if (step !== 'container') return step === 'leaf'
    }
  }

  #openBlock(): Step {
    switch (this.#text.charAt(this.#cursor.next)) {
      case '>':
        return this.#openQuote()
      case '#':
        return this.#openHeading()
      case '`':
      case '~':
        return this.#openFence()
      case '<':
        return this.#openHtml()
      case '=':
        return this.#underline()
      case '|':
      case ':':
        return this.#openTable()
      case '-':
        if (this.#openTable() === 'leaf' || this.#underline() === 'leaf') return 'leaf'
        return this.#openBreak() === 'leaf' ? 'leaf' : this.#openItem()
      case '*':
        return this.#openBreak() === 'leaf' ? 'leaf' : this.#openItem()
      case '_':
        return this.#openBreak()
      case '+':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        return this.#openItem()
      default:
        return 'text'
    }
  }

  #openQuote(): Step {
    if (this.#matched >= maximumDepth) return 'text'
    this.#openContainer({ type: 'quote', indent: 0, empty: true })
    this.#skipQuoteMark()
    return 'container'
  }

  #openItem(): Step {
    const cursor = this.#cursor
    const marker = readMarker(this.#text, cursor.next, cursor.end)
    if (!marker || this.#matched >= maximumDepth) return 'text'
    if (this.#paragraph && (marker.alone || marker.ordinal !== 1)) return 'text'
    const offset = cursor.indent
    cursor.skipText(marker.length)
    const isWide = cursor.indent > 4
    const spaces = marker.alone || isWide ? 1 : cursor.indent
    cursor.skipColumns(spaces)
    this.#openContainer({ type: 'item', indent: offset + marker.length + spaces, empty: true })
    return 'container'
  }

  #openHeading(): Step {
    const { next, end } = this.#cursor
    const heading = readHeading(this.#text, next, end)
    if (!heading) return 'text'
    this.#openLeaf(undefined)
    this.#collector.addHeading(heading.depth, this.#line, heading)
    return 'leaf'
  }

  #underline(): Step {
    const paragraph = this.#paragraph
    const { next, end } = this.#cursor
    const depth = paragraph ? setextDepth(this.#text, next, end) : 0
    if (!paragraph || depth === 0) return 'text'
    this.#leaf = undefined
    return this.#collector.addUnderlined(paragraph, depth) ? 'leaf' : 'text'
  }

  #openBreak(): Step {
    const { next, end } = this.#cursor
    if (!isThematicBreak(this.#text, next, end)) return 'text'
    this.#openLeaf(undefined)
    return 'leaf'
  }

  #openFence(): Step {
    const { next, end } = this.#cursor
    const length = readFence(this.#text, next, end)
    if (length === 0) return 'text'
    const info = unescapeMarkdown(this.#text.slice(next + length, end).trim())
    this.#openLeaf({ type: 'fenced', start: next, end, mark: this.#text.charCodeAt(next), length, info })
    return 'leaf'
  }

  #openHtml(): Step {
    const { next, end } = this.#cursor
    const kind = htmlBlockKind(this.#text, next, end)
    if (kind === 0 || (kind === 7 && this.#leaf?.type === 'paragraph')) return 'text'
    this.#openLeaf({ type: 'html', start: next, end, kind })
    if (endsHtmlBlock(kind, this.#text.slice(next, end))) this.#closeLeaf()
    return 'leaf'
  }

  /** A delimiter row makes the last line of the paragraph above it the head of a table. */
  #openTable(): Step {
    const paragraph = this.#paragraph
    if (!paragraph || !paragraph.lastHeads) return 'text'
    const { next, end } = this.#cursor
    const columns = delimiterColumns(this.#text, next, end)
    const headEnd = paragraph.ranges.at(-1)!
    if (columns === 0 || !this.#text.slice(paragraph.lastStart, headEnd).includes('|')) return 'text'
    const head = splitRow(this.#text, paragraph.lastStart, headEnd)
    if (head.length !== columns * 2) return 'text'
    if (!dropLastLine(paragraph)) this.#leaf = undefined
    this.#openLeaf({ type: 'table', columns })
    this.#collector.addCells(head, columns)
    return 'leaf'
  }

  /** Adds what begins nothing to the open paragraph or table, or opens a paragraph with it. */
  #addText(): void {
    const { next, end, isBlank } = this.#cursor
    if (isBlank) {
      if (!this.#isInside) this.#interrupt()
    } else if (this.#leaf?.type === 'paragraph') this.#addLine(this.#leaf)
    else if (this.#leaf?.type === 'table' && this.#isInside) {
      this.#collector.addCells(splitRow(this.#text, next, end), this.#leaf.columns)
    } else {
      const ranges = [next, end]
      this.#openLeaf({
        type: 'paragraph',
        ranges,
        line: this.#line,
        lastStart: next,
        lastHeads: true,
      })
    }
  }

  #addLine(paragraph: Paragraph): void {
    const { next, end, indent } = this.#cursor
    const { ranges } = paragraph
    const last = ranges.length - 1
    if (ranges[last] === next - 1 && this.#text.charCodeAt(next - 1) === 10) ranges[last] = end
    else ranges.push(next, end)
    paragraph.lastStart = next
    paragraph.lastHeads = this.#isInside && indent < 4
  }

  /** The open paragraph, when the line belongs to all its containers. */
  get #paragraph(): Paragraph | undefined {
    return this.#isInside && this.#leaf?.type === 'paragraph' ? this.#leaf : undefined
  }

  #openContainer(container: Container): void {
    this.#openLeaf(undefined)
    this.#containers.push(container)
    this.#matched = this.#containers.length
  }

  #openLeaf(leaf: OpenLeaf | undefined): void {
    this.#interrupt()
    const parent = this.#containers.at(-1)
    if (parent) parent.empty = false
    this.#leaf = leaf
  }

  #interrupt(): void {
    this.#closeLeaf()
    this.#containers.length = this.#matched
  }

  #closeLeaf(): void {
    const leaf = this.#leaf
    this.#leaf = undefined
    if (leaf?.type === 'paragraph') this.#collector.addParagraph(leaf.ranges)
    else if (leaf?.type === 'html') this.#collector.htmlBlocks.push({ start: leaf.start, end: leaf.end })
    else if (leaf?.type === 'indented' || leaf?.type === 'fenced') {
      const fenced = leaf.type === 'fenced'
      this.#collector.codeBlocks.push({
        start: leaf.start,
        end: leaf.end,
        info: fenced ? leaf.info : '',
        fenced,
      })
    }
  }

  #atQuoteMark(): boolean {
    const cursor = this.#cursor
    return cursor.indent < 4 && this.#text.charCodeAt(cursor.next) === 62
  }

  #skipQuoteMark(): void {
    this.#cursor.skipText(1)
    this.#cursor.skipColumns(1)
  }
}

/** Takes the last line out of a paragraph; false when it was the only one. */
function dropLastLine({ ranges, lastStart }: Paragraph): boolean {
  if (ranges.at(-2) === lastStart) ranges.length -= 2
  else ranges[ranges.length - 1] = lastStart - 1
  return ranges.length > 0
}

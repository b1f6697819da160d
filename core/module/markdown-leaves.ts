import { readDefinition } from './markdown-definition.ts'
import { createCell, createSegment, type Range, type Segment, sourceRange } from './markdown-segment.ts'
import { skipSpaces, trimEnd } from './markdown-starts.ts'

/** A link reference definition: its normalised label and the range of its destination in the source. */
export interface Definition extends Range {
  readonly label: string
}

/** A code block: fenced with its info string, or indented with an empty one; up to the end of its last line. */
export interface CodeBlock extends Range {
  readonly info: string
  readonly fenced: boolean
}

export interface HeadingPlace {
  readonly depth: number
  /** The line it begins in, from 1. */
  readonly line: number
}

/** A block whose text inline rules apply to. */
export interface Leaf {
  readonly segment: Segment
  readonly heading: HeadingPlace | undefined
}

/** A heading in one line that holds no link, code span or tag. */
export interface PlainHeading extends HeadingPlace, Range {
  readonly segment: undefined
}

/** The lines of a paragraph while it is open. */
export interface Paragraph {
  /** Start and end offsets of its lines alternately; lines that touch are one range. */
  readonly ranges: number[]
  /** The line it begins in. */
  readonly line: number
  /** Where its last line starts, and whether that line can be the head of a table. */
  lastStart: number
  lastHeads: boolean
}

/** Collects leaf blocks in document order, each kind apart, and takes the link reference definitions out of their text. */
export class LeafCollector {
  readonly codeBlocks: CodeBlock[] = []
  readonly htmlBlocks: Range[] = []
  readonly leaves: (Leaf | PlainHeading)[] = []
  readonly definitions: Definition[] = []
  readonly #text: string
  /** The next offset of each character without which a text holds no link and no code span. */
  #bracket = -1
  #backtick = -1
  #angle = -1

  constructor(text: string) {
    this.#text = text
  }

  /** Adds the lines of a paragraph that ended, unless nothing in them can matter. */
  addParagraph(ranges: readonly number[]): void {
    if (!this.#hasTrigger(ranges[0]!, ranges.at(-1)!)) return
    const segment = this.#takeDefinitions(createSegment(this.#text, ranges))
    if (segment) this.leaves.push({ segment, heading: undefined })
  }

  /** The same for lines that follow each other from `start` to `end`. */
  addLines(start: number, end: number): void {
    if (this.#hasTrigger(start, end)) this.addParagraph([start, end])
  }

  /** Adds a setext heading; false when its text held definitions only, so that its underline underlines nothing. */
  addUnderlined({ ranges, line }: Paragraph, depth: number): boolean {
    const segment = this.#takeDefinitions(createSegment(this.#text, ranges))
    if (!segment) return false
    const before = segment.content.slice(0, segment.begin)
    const heading = { depth, line: line + before.split('\n').length - 1 }
    this.leaves.push({ segment, heading })
    return true
  }

  addHeading(depth: number, line: number, { start, end }: Range): void {
    if (!this.#hasTrigger(start, end)) this.leaves.push({ segment: undefined, depth, line, start, end })
    else this.leaves.push({ segment: createSegment(this.#text, [start, end]), heading: { depth, line } })
  }

  /** Adds table cells, given as start and end offsets alternately; what exceeds `columns` is no cell. */
  addCells(cells: readonly number[], columns: number): void {
    const count = Math.min(cells.length, columns * 2)
    for (let index = 0; index < count; index += 2) {
      const start = skipSpaces(this.#text, cells[index]!, cells[index + 1]!)
      const end = trimEnd(this.#text, start, cells[index + 1]!)
      if (!this.#hasTrigger(start, end)) continue
      this.leaves.push({ segment: createCell(this.#text, start, end), heading: undefined })
    }
  }

  #takeDefinitions(segment: Segment): Segment | undefined {
    const { content } = segment
    let begin = 0
    for (let found = readDefinition(content, 0); found; found = readDefinition(content, begin)) {
      this.definitions.push({ label: found.label, ...sourceRange(segment, found.start, found.end) })
      begin = found.behind
    }
    if (begin > 0 && begin >= content.length) return undefined
    return begin === 0 ? segment : { ...segment, begin }
  }

  /** Asked in ascending order, so that each search goes on where the last one stopped. */
  #hasTrigger(start: number, end: number): boolean {
    if (this.#bracket < start) this.#bracket = nextOf('[', this.#text, start)
    if (this.#bracket < end) return true
    if (this.#backtick < start) this.#backtick = nextOf('`', this.#text, start)
    if (this.#backtick < end) return true
    if (this.#angle < start) this.#angle = nextOf('<', this.#text, start)
    return this.#angle < end
  }
}

function nextOf(mark: string, text: string, start: number): number {
  const found = text.indexOf(mark, start)
  return found < 0 ? Infinity : found
}

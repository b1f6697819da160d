import type { Lines } from './lines.ts'

/**
 * Stands in one line of a text and knows the column in it, with tab stops every four columns as CommonMark wants them. Lines
 * end at LF, CRLF or a lone CR.
 */
export class LineCursor {
  readonly text: string
  /** Offset of what is not consumed yet; a tab that is consumed in part stays. */
  at = 0
  /** Offset of the line's end, its line ending left out. */
  end = 0
  /** Offset of the first character from `at` on that is neither space nor tab. */
  next = 0
  readonly #starts: readonly number[]
  #column = 0
  #nextColumn = 0

  constructor(text: string, lines: Lines) {
    this.text = text
    this.#starts = lines.starts
  }

  /** The columns of white space between here and `next`. */
  get indent(): number {
    return this.#nextColumn - this.#column
  }

  get isBlank(): boolean {
    return this.next >= this.end
  }

  /** Goes to the start of a line, counted from 0. */
  toLine(index: number): void {
    this.at = this.#starts[index]!
    this.end = endOfLine(this.text, this.#starts, index)
    this.#column = 0
    this.#measure()
  }

  /** Consumes white space and `count` characters after it, none of them a tab. */
  skipText(count: number): void {
    this.at = this.next + count
    this.#column = this.#nextColumn + count
    this.#measure()
  }

  /** Consumes up to `columns` columns of white space; a tab may be consumed in part. */
  skipColumns(columns: number): void {
    let left = Math.min(columns, this.indent)
    while (left > 0) {
      const width = this.text.charCodeAt(this.at) === 9 ? 4 - (this.#column % 4) : 1
      const step = Math.min(width, left)
      if (step === width) this.at++
      this.#column += step
      left -= step
    }
  }

  #measure(): void {
    const { text } = this
    let at = this.at
    let column = this.#column
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === 32) column++
      else if (code === 9) column += 4 - (column % 4)
      else break
      at++
    }
    this.next = at
    this.#nextColumn = column
  }
}

/** The offset of the end of a line, counted from 0, its line ending left out. */
export function endOfLine(text: string, starts: readonly number[], index: number): number {
  if (index + 1 >= starts.length) return text.length
  const end = starts[index + 1]! - 1
  return end > starts[index]! && text.charCodeAt(end) === 10 && text.charCodeAt(end - 1) === 13
    ? end - 1
    : end
}

/**
 * Goes through a text line by line (ended by LF, CRLF or a lone CR) and knows the column in the line, with tab stops every
 * four columns as CommonMark wants them.
 */
export class LineCursor {
  readonly text: string
  /** Offset of what is not consumed yet; a tab that is consumed in part stays. */
  at = 0
  /** Offset of the line's end, its line ending left out. */
  end = 0
  /** Offset of the first character from `at` on that is neither space nor tab. */
  next = 0
  #column = 0
  #nextColumn = 0
  #following = 0
  #lineFeed = -1
  #carriageReturn = -1

  constructor(text: string) {
    this.text = text
  }

  /** The columns of white space between here and `next`. */
  get indent(): number {
    return this.#nextColumn - this.#column
  }

  get isBlank(): boolean {
    return this.next >= this.end
  }

  /** Goes to the start of the next line; false when there is none. */
  nextLine(): boolean {
    const start = this.#following
    if (start >= this.text.length) return false
    if (this.#lineFeed < start) this.#lineFeed = this.#find('\n', start)
    if (this.#carriageReturn < start) this.#carriageReturn = this.#find('\r', start)
    this.end = Math.min(this.#lineFeed, this.#carriageReturn)
    this.#following = this.end + (this.#lineFeed === this.#carriageReturn + 1 ? 2 : 1)
    this.at = start
    this.#column = 0
    this.#measure()
    return true
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

  #find(mark: string, from: number): number {
    const found = this.text.indexOf(mark, from)
    return found < 0 ? this.text.length : found
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

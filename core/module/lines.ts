/** Turns UTF-16 offsets of one text into 1-based lines and columns. Lines end at LF, CRLF or a lone CR. */
export interface Lines {
  place(offset: number): { line: number; column: number }
  /** Offset of the first character of each line; the first is 0. */
  readonly starts: readonly number[]
}

/** The lines of `text`, found in one pass; each look-up is a binary search. */
export function createLines(text: string): Lines {
  const starts = lineStarts(text)
  return {
    starts,
    place(offset) {
      let low = 0
      let high = starts.length - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (starts[middle]! <= offset) low = middle
        else high = middle - 1
      }
      return { line: low + 1, column: offset - starts[low]! + 1 }
    },
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    return starts
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1)
  }
  return starts
}

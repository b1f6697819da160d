/** A half-open range of UTF-16 offsets. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The text of one leaf block as inline rules read it: without the prefixes of its containers, lines joined by LF. */
export interface Segment {
  readonly content: string
  /** Where inline text begins in `content`, after any link reference definitions. */
  readonly begin: number
  /** Alternately an offset in `content` and the offset in the source that it stands for, ascending. */
  readonly pieces: readonly number[]
}

/** The segment of the given source ranges (start and end alternately), one for each line or run of plain lines. */
export function createSegment(text: string, ranges: readonly number[]): Segment {
  if (ranges.length === 2)
    return { content: text.slice(ranges[0], ranges[1]), begin: 0, pieces: [0, ranges[0]!] }
  return joined(text, ranges, '\n')
}

/** The segment of a table cell, in which an escaped pipe is a plain one. */
export function createCell(text: string, start: number, end: number): Segment {
  const ranges = [start]
  for (let at = text.indexOf('\\|', start); at >= 0 && at < end; at = text.indexOf('\\|', at + 2)) {
    ranges.push(at, at + 1)
  }
  ranges.push(end)
  return joined(text, ranges, '')
}

/** The range in the source that a range of the segment's content stands for. */
export function sourceRange(segment: Segment, start: number, end: number): Range {
  const first = sourceOffset(segment, start)
  return { start: first, end: end > start ? sourceOffset(segment, end - 1) + 1 : first }
}

function joined(text: string, ranges: readonly number[], separator: string): Segment {
  const parts: string[] = []
  const pieces: number[] = []
  let length = 0
  for (let index = 0; index < ranges.length; index += 2) {
    const part = text.slice(ranges[index], ranges[index + 1])
    pieces.push(length, ranges[index]!)
    parts.push(part)
    length += part.length + separator.length
  }
  return { content: parts.join(separator), begin: 0, pieces }
}

function sourceOffset({ pieces }: Segment, at: number): number {
  let low = 0
  let high = pieces.length / 2 - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pieces[middle * 2]! <= at) low = middle
    else high = middle - 1
  }
  return pieces[low * 2 + 1]! + at - pieces[low * 2]!
}

/** True when the offset lies in one of the ranges, which are sorted and do not overlap. */
export function isInside(ranges: readonly Range[], offset: number): boolean {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[middle]!.end <= offset) low = middle + 1
    else high = middle
  }
  return low < ranges.length && ranges[low]!.start <= offset
}

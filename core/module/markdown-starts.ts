/** What can stand behind up to three spaces at the start of a block; every reader looks at one line, from `at` to `end`. */

/** The content of an ATX heading, closing marks left out. */
export interface HeadingLine {
  readonly depth: number
  readonly start: number
  readonly end: number
}

export function readHeading(text: string, at: number, end: number): HeadingLine | undefined {
  const start = endOfRun(text, at, end)
  const depth = start - at
  if (depth > 6 || (start < end && !isSpace(text.charCodeAt(start)))) return undefined
  const contentStart = skipSpaces(text, start, end)
  let contentEnd = trimEnd(text, contentStart, end)
  let closing = contentEnd
  while (closing > contentStart && text.charCodeAt(closing - 1) === 35) closing--
  if (closing === contentStart || isSpace(text.charCodeAt(closing - 1))) {
    contentEnd = trimEnd(text, contentStart, closing)
  }
  return { depth, start: contentStart, end: contentEnd }
}

/** The length of an opening code fence, 0 when the line opens none. */
export function readFence(text: string, at: number, end: number): number {
  const run = endOfRun(text, at, end)
  if (run - at < 3) return 0
  if (text.charCodeAt(at) === 96) {
    for (let behind = run; behind < end; behind++) if (text.charCodeAt(behind) === 96) return 0
  }
  return run - at
}

/** True when the line holds `length` or more of the mark and nothing else. */
export function closesFence(
  text: string,
  range: { at: number; end: number },
  fence: { mark: number; length: number },
): boolean {
  if (text.charCodeAt(range.at) !== fence.mark) return false
  const run = endOfRun(text, range.at, range.end)
  return run - range.at >= fence.length && skipSpaces(text, run, range.end) === range.end
}

/** 1 for a line of `=`, 2 for a line of `-`, 0 for any other. */
export function setextDepth(text: string, at: number, end: number): 0 | 1 | 2 {
  if (skipSpaces(text, endOfRun(text, at, end), end) < end) return 0
  return text.charCodeAt(at) === 61 ? 1 : 2
}

/** True for three or more of the mark at `at` with nothing but white space between and behind. */
export function isThematicBreak(text: string, at: number, end: number): boolean {
  const mark = text.charCodeAt(at)
  let count = 0
  for (let index = at; index < end; index++) {
    const code = text.charCodeAt(index)
    if (code === mark) count++
    else if (!isSpace(code)) return false
  }
  return count >= 3
}

/** A list marker; bullets count as ordinal 1 because both may interrupt a paragraph. */
export interface Marker {
  readonly length: number
  readonly ordinal: number
  /** True when nothing follows it in its line. */
  readonly alone: boolean
}

export function readMarker(text: string, at: number, end: number): Marker | undefined {
  let behind = at
  while (behind < end && behind - at < 10 && isDigit(text.charCodeAt(behind))) behind++
  const digits = behind - at
  if (digits > 9) return undefined
  const mark = text.charCodeAt(behind)
  if (digits > 0 ? mark !== 46 && mark !== 41 : mark !== 42 && mark !== 43 && mark !== 45) return undefined
  if (behind >= end) return undefined
  behind++
  if (behind < end && !isSpace(text.charCodeAt(behind))) return undefined
  const ordinal = digits > 0 ? Number(text.slice(at, at + digits)) : 1
  return { length: behind - at, ordinal, alone: skipSpaces(text, behind, end) === end }
}

/** The offset of the first character from `at` on that is neither space nor tab. */
export function skipSpaces(text: string, at: number, end: number): number {
  while (at < end && isSpace(text.charCodeAt(at))) at++
  return at
}

/** The end of the text from `start` to `end` without the spaces and tabs behind it. */
export function trimEnd(text: string, start: number, end: number): number {
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return end
}

function endOfRun(text: string, at: number, end: number): number {
  const mark = text.charCodeAt(at)
  let behind = at
  while (behind < end && text.charCodeAt(behind) === mark) behind++
  return behind
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

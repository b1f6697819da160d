import { skipSpaces } from './markdown-starts.ts'

const blockNames =
  'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt ' +
  'fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link ' +
  'main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead ' +
  'title tr track ul'

/** How the first and the sixth kind of HTML block begin, in the order of the specification; then the four between. */
const codeStart = /<(?:script|pre|textarea|style)(?=[\s>]|$)/iy
const namedStart = new RegExp(`</?(?:${blockNames.replaceAll(' ', '|')})(?=\\s|/?>|$)`, 'iy')
const markedStarts: readonly RegExp[] = [/<!--/y, /<\?/y, /<![A-Za-z]/y, /<!\[CDATA\[/y]

/** How the first five kinds end; the others end before a blank line. */
const blockEnds: readonly RegExp[] = [/<\/(?:script|pre|textarea|style)>/i, /-->/, /\?>/, />/, /\]\]>/]

/** The kind (1 to 7) of the HTML block that the line from `at` to `end` begins, 0 when it begins none. */
export function htmlBlockKind(text: string, at: number, end: number): number {
  const mark = text.charCodeAt(at + 1)
  if (mark === 33 || mark === 63) {
    const found = markedStarts.findIndex((start) => startsAt(start, text, at))
    return found < 0 ? 0 : found + 2
  }
  if (startsAt(codeStart, text, at)) return 1
  if (startsAt(namedStart, text, at)) return 6
  const tagEnd = endOfTag(text, at, end)
  return tagEnd > 0 && skipSpaces(text, tagEnd, end) === end ? 7 : 0
}

function startsAt(start: RegExp, text: string, at: number): boolean {
  start.lastIndex = at
  return start.test(text)
}

/** True when an HTML block of this kind ends in the given line. */
export function endsHtmlBlock(kind: number, line: string): boolean {
  return blockEnds[kind - 1]?.test(line) ?? false
}

/** The offset behind the open or closing tag at `at`, -1 when there is no whole tag before `end`. */
export function endOfTag(text: string, at: number, end: number): number {
  const closing = text.charCodeAt(at + 1) === 47
  const name = at + (closing ? 2 : 1)
  if (name >= end || !isLetter(text.charCodeAt(name))) return -1
  let behind = name + 1
  while (behind < end && isTagName(text.charCodeAt(behind))) behind++
  if (!closing) behind = skipAttributes(text, behind, end)
  if (behind < 0) return -1
  behind = skipWhite(text, behind, end)
  if (!closing && behind < end && text.charCodeAt(behind) === 47) behind++
  return behind < end && text.charCodeAt(behind) === 62 ? behind + 1 : -1
}

/** The offset of the first character from `at` on that is no white space, line endings included. */
export function skipWhite(text: string, at: number, end: number): number {
  while (at < end && isWhite(text.charCodeAt(at))) at++
  return at
}

function skipAttributes(text: string, at: number, end: number): number {
  for (;;) {
    const name = skipWhite(text, at, end)
    if (name === at || name >= end || !isAttributeStart(text.charCodeAt(name))) return at
    at = name + 1
    while (at < end && isAttributeName(text.charCodeAt(at))) at++
    const equals = skipWhite(text, at, end)
    if (equals < end && text.charCodeAt(equals) === 61)
      at = skipValue(text, skipWhite(text, equals + 1, end), end)
    if (at < 0) return -1
  }
}

function skipValue(text: string, at: number, end: number): number {
  const quote = text.charCodeAt(at)
  if (at < end && (quote === 34 || quote === 39)) {
    let close = at + 1
    while (close < end && text.charCodeAt(close) !== quote) close++
    return close < end ? close + 1 : -1
  }
  let behind = at
  while (behind < end && isUnquoted(text.charCodeAt(behind))) behind++
  return behind > at ? behind : -1
}

function isWhite(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

function isLetter(code: number): boolean {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}

function isTagName(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57) || code === 45
}

function isAttributeStart(code: number): boolean {
  return isLetter(code) || code === 95 || code === 58
}

function isAttributeName(code: number): boolean {
  return isTagName(code) || code === 95 || code === 58 || code === 46
}

/** Anything but white space, quotes, `=`, `<`, `>` and backticks. */
function isUnquoted(code: number): boolean {
  return code > 32 && code !== 34 && code !== 39 && code !== 96 && (code < 60 || code > 62)
}

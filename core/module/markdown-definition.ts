import { endOfLabel, endOfTitle, normalizeLabel, readDestination } from './markdown-destination.ts'
import { skipWhite } from './markdown-html.ts'
import { skipSpaces } from './markdown-starts.ts'

/** A link reference definition; `start` and `end` are the offsets of its destination without angle brackets. */
export interface DefinitionText {
  /** Normalised, so that labels that mean the same are equal. */
  readonly label: string
  readonly start: number
  readonly end: number
  /** The offset of the line after it, or the end of the text. */
  readonly behind: number
}

/** Reads the definition that begins at `at` in the content of a paragraph; undefined when none does. */
export function readDefinition(content: string, at: number): DefinitionText | undefined {
  if (content.charCodeAt(at) !== 91) return undefined
  const labelEnd = endOfLabel(content, at)
  if (labelEnd < 0 || content.charCodeAt(labelEnd) !== 58) return undefined
  const label = normalizeLabel(content.slice(at + 1, labelEnd - 1))
  const from = skipWhite(content, labelEnd + 1, content.length)
  const destination = readDestination(content, from)
  if (label === '' || !destination || destination.behind === from) return undefined
  const behind = endOfDefinition(content, destination.behind)
  return behind < 0 ? undefined : { label, start: destination.start, end: destination.end, behind }
}

/** A title that is broken off, or followed by more text, is no title; then the destination must end its line. */
function endOfDefinition(content: string, at: number): number {
  const title = skipWhite(content, at, content.length)
  const titleEnd = title > at ? endOfTitle(content, title) : -1
  const withTitle = titleEnd < 0 ? -1 : nextLine(content, titleEnd)
  return withTitle < 0 ? nextLine(content, at) : withTitle
}

/** The offset of the next line, -1 when more than white space is left in this one. */
function nextLine(content: string, at: number): number {
  const behind = skipSpaces(content, at, content.length)
  if (behind === content.length) return behind
  return content.charCodeAt(behind) === 10 ? behind + 1 : -1
}

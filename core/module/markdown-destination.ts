import { skipWhite } from './markdown-html.ts'

/** Where the parts of a link stand in a text: its destination without angle brackets, and the offset behind the whole. */
export interface LinkTail {
  readonly start: number
  readonly end: number
  readonly behind: number
}

/** Parentheses that may nest in a destination without angle brackets, as in cmark: it keeps hostile input linear. */
const maximumParentheses = 32

/** Reads `(destination "title")` from the character after the opening parenthesis; undefined when it is not that. */
export function readInlineTail(text: string, at: number): LinkTail | undefined {
  const destination = readDestination(text, skipWhite(text, at, text.length))
  if (!destination) return undefined
  let behind = skipWhite(text, destination.behind, text.length)
  if (behind > destination.behind) {
    const title = endOfTitle(text, behind)
    if (title > 0) behind = skipWhite(text, title, text.length)
  }
  if (text.charCodeAt(behind) !== 41) return undefined
  return { start: destination.start, end: destination.end, behind: behind + 1 }
}

/** Reads one destination, in angle brackets or bare; a bare one may be empty. */
export function readDestination(text: string, at: number): LinkTail | undefined {
  return text.charCodeAt(at) === 60 ? readAngled(text, at + 1) : readBare(text, at)
}

/** The offset behind the title at `at`, -1 when there is no whole title. */
export function endOfTitle(text: string, at: number): number {
  const open = text.charCodeAt(at)
  if (open !== 34 && open !== 39 && open !== 40) return -1
  const close = open === 40 ? 41 : open
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 92) index++
    else if (code === close) return index + 1
    else if (code === 40 && open === 40) return -1
  }
  return -1
}

/** The offset behind the link label whose `[` stands at `at`; -1 for one that is not closed, nests, or is too long. */
export function endOfLabel(text: string, at: number): number {
  const limit = Math.min(text.length, at + 1_001)
  for (let index = at + 1; index < limit; index++) {
    const code = text.charCodeAt(index)
    if (code === 92) index++
    else if (code === 93) return index + 1
    else if (code === 91) return -1
  }
  return -1
}

/** The form under which labels that mean the same are equal; empty for a label of white space only. */
export function normalizeLabel(label: string): string {
  const collapsed = label.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
  return collapsed.toLowerCase().toUpperCase()
}

function readAngled(text: string, start: number): LinkTail | undefined {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 62) return { start, end: at, behind: at + 1 }
    if (code === 10 || code === 60) return undefined
    if (code === 92 && text.charCodeAt(at + 1) !== 10) at++
  }
  return undefined
}

function readBare(text: string, start: number): LinkTail | undefined {
  let depth = 0
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= 32 || code === 127) break
    if (code === 92) {
      if (isPunctuation(text.charCodeAt(at + 1))) at++
    } else if (code === 40) {
      if (++depth > maximumParentheses) return undefined
    } else if (code === 41 && --depth < 0) break
  }
  return depth > 0 ? undefined : { start, end: at, behind: at }
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  )
}

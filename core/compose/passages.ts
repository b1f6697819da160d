import type { Range } from '../module/markdown.ts'
import type { Heading } from '../module/module.ts'

/** What empty lines, headings and the lines of code fences set apart: the least that is left out by itself. */
export interface Passage {
  readonly text: string
  /** What stands between it and the next one: one line end, or two. */
  readonly gap: string
  readonly line: number
  readonly endLine: number
  /** The slug of the heading that it stands under. */
  readonly heading: string | null
  /** The line that closes the code fence in which it ends; null outside of one. */
  readonly fence: string | null
  /** What is the same for passages that say the same; null for those that are too short to matter. */
  readonly key: string | null
}

/** Shorter passages are figures of speech, and may stand anywhere. */
export const shortestShared = 200

const fenceLine = /^[\s>]*(`{3,}|~{3,})(.*)$/

/** The passages of a range of a text, in order; what is blank is in none of them. */
export function readPassages(text: string, range: Range, headings: readonly Heading[]): Passage[] {
  const slugs = new Map(headings.map(({ line, slug }) => [line, slug]))
  const passages: Passage[] = []
  let open: { lines: string[]; line: number } | undefined
  let heading: string | null = null
  let fence: string | null = null
  let line = countLines(text, range.start)
  for (const [name, slug] of slugs) if (name <= line) heading = slug

  const close = (endLine: number, gap: string): void => {
    if (!open) return
    const said = open.lines.join('\n')
    passages.push({ text: said, gap, line: open.line, endLine, heading, fence, key: keyOf(said) })
    open = undefined
  }

  for (const content of linesOf(text.slice(range.start, range.end))) {
    const isBlank = content.trim() === ''
    const mark = isBlank ? null : fenceLine.exec(content)
    const toggles = mark !== null && (fence === null ? isOpening(mark) : isClosing(mark, fence))
    const isHeading = fence === null && slugs.has(line)
    if (isBlank) close(line - 1, '\n\n')
    else if (toggles || isHeading) close(line - 1, '\n')
    if (isBlank && !open) widen(passages)
    if (isHeading) heading = slugs.get(line)!
    if (!isBlank) (open ??= { lines: [], line }).lines.push(content)
    if (toggles) fence = fence === null ? mark[1]! : null
    if (toggles || isHeading) close(line, '\n')
    line++
  }
  close(line - 1, '\n\n')
  return passages
}

function countLines(text: string, end: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** Line ends of any system; those of a text that ends with one make no further line. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n?|\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** An info string with a backtick makes it a code span. */
function isOpening([, mark = '', info = '']: RegExpExecArray): boolean {
  return !(mark.startsWith('`') && info.includes('`'))
}

function isClosing([, mark = '', info = '']: RegExpExecArray, fence: string): boolean {
  return mark.startsWith(fence) && info.trim() === ''
}

/** A blank line after what was closed already. */
function widen(passages: Passage[]): void {
  const last = passages.at(-1)
  if (last && last.gap === '\n') passages.splice(-1, 1, { ...last, gap: '\n\n' })
}

function keyOf(text: string): string | null {
  if (text.length < shortestShared) return null
  const key = text.replace(/\s+/g, ' ').trim()
  return key.length < shortestShared ? null : key
}

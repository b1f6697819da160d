import type { Document } from './document.ts'
import type { Range } from './markdown.ts'
import { isInside } from './markdown-segment.ts'
import { type FoundReference, splitFragment, superAlias } from './reference.ts'

/** What is looked for and where it goes. */
export interface Search {
  readonly document: Document
  readonly aliases: ReadonlySet<string>
  readonly found: FoundReference[]
}

const aliasStart = /@(?:super(?=[/#])|[A-Za-z][\w-]*(?=\/))/y
/** Longer runs are no paths; without a limit their ends would be searched for in quadratic time. */
const longestRun = 1_000
const pathRun = /[^\s`"'<>|,;()\\“”‘’«»、。，；：！？（）「」『』【】《》]+/y
const sentenceEnd = /[.:!?*_~\]}'"]+$/

/** The alias that begins at an offset, without its `@`. */
export function aliasAt(text: string, at: number, aliases: ReadonlySet<string>): string | undefined {
  if (text.charCodeAt(at) !== 64) return undefined
  aliasStart.lastIndex = at
  if (!aliasStart.test(text)) return undefined
  const name = text.slice(at + 1, aliasStart.lastIndex)
  return name === superAlias || aliases.has(name) ? name : undefined
}

/** Adds the aliases in the text behind the front matter, code and comments left out. */
export function addAliases({ document, aliases, found }: Search): void {
  const { text } = document
  const start = document.frontMatter.end
  let unread: readonly (readonly Range[])[] | undefined
  for (let at = text.indexOf('@', start); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at > 0 && inWord.test(text[at - 1]!)) continue
    if (aliasAt(text, at, aliases) === undefined) continue
    unread ??= unreadRanges(document)
    if (unread.some((ranges) => isInside(ranges, at))) continue
    pathRun.lastIndex = at
    const run = pathRun.exec(text)![0]
    if (run.length > longestRun) continue
    const written = trimPath(run)
    found.push({ text: written, ...splitFragment(written), form: 'alias', offset: at })
  }
}

const inWord = /[\w@/.+-]/

/** Drops what belongs to the sentence; a bracket that was opened in the path stays. */
function trimPath(run: string): string {
  const opened = /[[{][^[{]*[\]}][^\]}]*$/.test(run)
  return opened ? run.replace(/[.:!?*_~'"]+$/, '') : run.replace(sentenceEnd, '')
}

/** Code and comments, each list in order and its ranges apart: an alias in them is none. */
function unreadRanges({ text, markdown, frontMatter }: Document): (readonly Range[])[] {
  const { codeBlocks, codeSpans, htmlBlocks } = markdown
  if (!text.includes('<!--', frontMatter.end)) return [codeBlocks, codeSpans]
  const comments = htmlBlocks.filter(({ start }) => text.startsWith('<!--', start))
  const ranges = [...codeBlocks, ...codeSpans, ...comments, ...findComments(text, frontMatter.end)]
  // Where two overlap the first one counts.
  const unread: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start))
    if (range.start >= (unread.at(-1)?.end ?? 0)) unread.push(range)
  return [unread]
}

/** Comments that a paragraph can hold: those without a blank line in them. */
function* findComments(text: string, from: number): Iterable<Range> {
  const blankLine = /(?:\r\n|\n|\r(?!\n))[ \t]*(?:\r\n?|\n)/g
  let end = -1
  let blank = -1
  for (let at = text.indexOf('<!--', from); at >= 0; at = text.indexOf('<!--', at + 4)) {
    if (end < at) end = text.indexOf('-->', at + 4)
    if (end < 0) return
    if (blank < at) {
      blankLine.lastIndex = at
      blank = blankLine.exec(text)?.index ?? text.length
    }
    if (end < blank) yield { start: at, end: end + 3 }
  }
}

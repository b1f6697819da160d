import type { Document } from './document.ts'
import type { Link, Range } from './markdown.ts'
import { isInside } from './markdown-segment.ts'
import {
  decodePercent,
  type Form,
  type FoundReference,
  isExternal,
  isSuper,
  type Reference,
  splitFragment,
  superAlias,
} from './reference.ts'

/** Which form wins where two finders see the same text; the lower number. */
const rank: Readonly<Record<Form, number>> = {
  tag: 0,
  attribute: 0,
  import: 1,
  link: 2,
  image: 2,
  'front-matter': 3,
  alias: 4,
  mention: 5,
}

/** References that every markdown document can hold: links, images, aliases in prose, front matter, mentions. */
export function* findReferences(document: Document, aliases: ReadonlySet<string>): Iterable<FoundReference> {
  yield* findLinks(document, aliases)
  yield* findAliases(document, aliases)
  yield* findFrontMatter(document, aliases)
  yield* findMentions(document)
}

/** Puts what all finders saw in order of place, one reference for each piece of text, with line and column. */
export function settleReferences(document: Document, found: Iterable<FoundReference>): Reference[] {
  const sorted = [...found].toSorted((a, b) => a.offset - b.offset || rank[a.form] - rank[b.form])
  const kept: FoundReference[] = []
  for (const reference of sorted) {
    const last = kept.at(-1)
    if (!last || reference.offset >= last.offset + last.text.length) kept.push(reference)
    else if (rank[reference.form] < rank[last.form]) kept[kept.length - 1] = reference
  }
  return kept.map((reference) => Object.assign(reference, document.lines.place(reference.offset)))
}

function* findLinks(document: Document, aliases: ReadonlySet<string>): Iterable<FoundReference> {
  const seen = new Set<number>()
  for (const link of document.markdown.links) {
    if (seen.has(link.start)) continue
    seen.add(link.start)
    yield asReference(document, link, aliases)
  }
}

function asReference(document: Document, link: Link, aliases: ReadonlySet<string>): FoundReference {
  const text = document.text.slice(link.start, link.end)
  const isAlias = aliasAt(link.destination, 0, aliases) !== undefined || link.destination === '@super'
  const form = isAlias ? 'alias' : link.type === 'image' ? 'image' : 'link'
  if (isExternal(link.destination))
    return { text, target: link.destination, fragment: null, form, offset: link.start }
  const { target, fragment } = splitFragment(link.destination)
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  return { text, target: isAlias ? decodePercent(path) : path, fragment, form, offset: link.start }
}

const aliasStart = /@(?:super(?=[/#])|([A-Za-z][\w-]*)\/)/y
/** Longer runs are no paths; without a limit their ends would be searched for in quadratic time. */
const longestRun = 1_000
const pathRun = /[^\s`"'<>|,;()\\“”‘’«»、。，；：！？（）「」『』【】《》]+/y
const sentenceEnd = /[.:!?*_~\]}'"]+$/

function aliasAt(text: string, at: number, aliases: ReadonlySet<string>): string | undefined {
  aliasStart.lastIndex = at
  const match = aliasStart.exec(text)
  if (!match) return undefined
  const name = match[1] ?? superAlias
  return name === superAlias || aliases.has(name) ? name : undefined
}

function* findAliases(document: Document, aliases: ReadonlySet<string>): Iterable<FoundReference> {
  const { text } = document
  const start = document.frontMatter.end
  if (text.indexOf('@', start) < 0) return
  const unread = unreadRanges(document)
  for (let at = text.indexOf('@', start); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at > 0 && /[\w@/.+-]/.test(text[at - 1]!)) continue
    if (!aliasAt(text, at, aliases) || isInside(unread, at)) continue
    pathRun.lastIndex = at
    const run = pathRun.exec(text)![0]
    if (run.length > longestRun) continue
    const written = trimPath(run)
    yield { text: written, ...splitFragment(written), form: 'alias', offset: at }
  }
}

/** Drops what belongs to the sentence; a bracket that was opened in the path stays. */
function trimPath(run: string): string {
  const opened = /[[{][^[{]*[\]}][^\]}]*$/.test(run)
  return opened ? run.replace(/[.:!?*_~'"]+$/, '') : run.replace(sentenceEnd, '')
}

/** Code and comments, in order and apart from each other: an alias in them is none. Where two overlap the first one counts. */
function unreadRanges({ text, markdown, frontMatter }: Document): Range[] {
  const comments = markdown.htmlBlocks.filter(({ start }) => text.startsWith('<!--', start))
  const ranges = [...markdown.codeBlocks, ...markdown.codeSpans, ...comments]
  for (const comment of findComments(text, frontMatter.end)) ranges.push(comment)
  const unread: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    if (range.start >= (unread.at(-1)?.end ?? 0)) unread.push(range)
  }
  return unread
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

const referringKeys = new Set([
  'needs',
  'depends_on',
  'depends-on',
  'dependencies',
  'requires',
  'references',
  'modules',
  'includes',
  'imports',
  'uses',
  'extends',
  'related',
])

function* findFrontMatter(document: Document, aliases: ReadonlySet<string>): Iterable<FoundReference> {
  const head = document.text.slice(0, document.frontMatter.end)
  let at = 0
  for (const { key, item } of entriesOf(document.frontMatter.data)) {
    if (item === undefined) at = behindKey(head, key, at)
    else if (isReferring(key, item, aliases)) {
      const offset = head.indexOf(item, at)
      if (offset < 0) continue
      at = offset + item.length
      yield { text: item, ...splitFragment(item), form: 'front-matter', offset, role: key }
    }
  }
}

interface Entry {
  readonly key: string
  /** Undefined for the key itself. */
  readonly item: string | undefined
}

/** Every key in order of place, each followed by the texts below it. */
function* entriesOf(data: object): Iterable<Entry> {
  for (const [key, value] of Object.entries(data)) {
    yield { key, item: undefined }
    yield* itemsOf(key, value)
  }
}

function* itemsOf(key: string, value: unknown): Iterable<Entry> {
  if (typeof value === 'string') yield { key, item: value }
  else if (Array.isArray(value)) for (const item of value as readonly unknown[]) yield* itemsOf(key, item)
  else if (typeof value === 'object' && value !== null) yield* entriesOf(value)
}

function behindKey(head: string, key: string, from: number): number {
  const found = Math.max(head.indexOf(`${key}:`, from), head.indexOf(`${key}":`, from))
  return found < 0 ? from : found + key.length
}

function isReferring(key: string, item: string, aliases: ReadonlySet<string>): boolean {
  if (item.length > 1_000 || /[\s`]/.test(item)) return false
  if (aliasAt(item, 0, aliases)) return true
  if (!referringKeys.has(key) || isExternal(item)) return false
  return isSuper(item) || /\/|\.(?:md|mdx|markdown)(?:#|$)/i.test(item)
}

const mentionShape =
  /^@?(?:\.{0,2}\/|~\/)?[\p{L}\p{N}_.@{}[\]<>$*+~-]+(?:\/[\p{L}\p{N}_.@{}[\]<>$*+~-]+)*\/?(?:#[\w-]+)?$/u
const fileEnding = /\.[A-Za-z][\w]{0,9}$/
const markdownName = /\.(?:md|mdx|markdown)$/i

function* findMentions(document: Document): Iterable<FoundReference> {
  for (const span of document.markdown.codeSpans) {
    const length = span.end - span.start
    if (length < 4 || length > 260) continue
    const raw = document.text.slice(span.start, span.end)
    const written = raw.trim()
    if (!isPathLike(written)) continue
    yield {
      text: written,
      ...splitFragment(written),
      form: 'mention',
      offset: span.start + raw.indexOf(written),
    }
  }
}

/** A path in backticks: it has a folder and a file ending or a closing slash, or is the name of a markdown file. */
function isPathLike(text: string): boolean {
  if (!mentionShape.test(text) || isExternal(text)) return false
  const { target } = splitFragment(text)
  if (markdownName.test(target)) return true
  if (!target.includes('/')) return false
  return target.startsWith('@')
    ? fileEnding.test(target) || target.split('/').length > 2
    : fileEnding.test(target) || (target.endsWith('/') && target.length > 2)
}

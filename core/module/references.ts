import type { Document } from './document.ts'
import type { Link } from './markdown.ts'
import {
  decodePercent,
  type Form,
  type FoundReference,
  isExternal,
  type Reference,
  splitFragment,
} from './reference.ts'
import { addAliases, aliasAt, type Search } from './references-alias.ts'
import { addFrontMatter } from './references-front-matter.ts'

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
export function findReferences(document: Document, aliases: ReadonlySet<string>): FoundReference[] {
  const search: Search = { document, aliases, found: [] }
  addLinks(search)
  addAliases(search)
  addFrontMatter(search)
  addMentions(search)
  return search.found
}

/** Puts what all finders saw in order of place, one reference for each piece of text, with line and column. */
export function settleReferences(document: Document, found: Iterable<FoundReference>): Reference[] {
  const sorted = inOrder([...found])
  const kept: FoundReference[] = []
  for (const reference of sorted) {
    const last = kept.at(-1)
    if (!last || reference.offset >= last.offset + last.text.length) kept.push(reference)
    else if (rank[reference.form] < rank[last.form]) kept[kept.length - 1] = reference
  }
  return kept.map((reference) => placed(reference, document))
}

function compare(a: FoundReference, b: FoundReference): number {
  return a.offset - b.offset || rank[a.form] - rank[b.form]
}

/** So many are sorted by insertion: a general sort costs more than that. */
const few = 24

function inOrder(found: FoundReference[]): FoundReference[] {
  if (found.length > few) return found.sort(compare)
  for (let index = 1; index < found.length; index++) {
    const reference = found[index]!
    let at = index
    for (; at > 0 && compare(found[at - 1]!, reference) > 0; at--) found[at] = found[at - 1]!
    found[at] = reference
  }
  return found
}

/** Made in one piece, so that references of one kind have one shape. */
function placed(reference: FoundReference, document: Document): Reference {
  const { text, target, fragment, form, offset, role, plugin } = reference
  const { line, column } = document.lines.place(offset)
  if (plugin !== undefined) {
    if (role === undefined) return { text, target, fragment, form, offset, line, column, plugin }
    return { text, target, fragment, form, offset, line, column, role, plugin }
  }
  if (role === undefined) return { text, target, fragment, form, offset, line, column }
  return { text, target, fragment, form, offset, line, column, role }
}

/** Links that use one definition stand beside each other and are one reference. */
function addLinks({ document, aliases, found }: Search): void {
  let last = -1
  for (const link of document.markdown.links) {
    if (link.start !== last) found.push(asReference(document, link, aliases))
    last = link.start
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

function mentionShape(letters: string): RegExp {
  const name = `[${letters}_.@{}[\\]<>$*+~\\-]+`
  return new RegExp(`^@?(?:\\.{0,2}/|~/)?${name}(?:/${name})*/?(?:#[\\w\\-]+)?$`, 'u')
}

const asciiMention = mentionShape('A-Za-z0-9')
const notAscii = /[^\0-\x7f]/
/** Made when it is needed: classes of Unicode take milliseconds to compile. */
let anyMention: RegExp | undefined

function isMention(text: string): boolean {
  if (!notAscii.test(text)) return asciiMention.test(text)
  anyMention ??= mentionShape('\\p{L}\\p{N}')
  return anyMention.test(text)
}

const fileEnding = /\.[A-Za-z][\w]{0,9}$/
const markdownName = /\.(?:md|mdx|markdown)$/i

function addMentions({ document, found }: Search): void {
  for (const { start, end } of document.markdown.codeSpans) {
    const length = end - start
    if (length < 4 || length > 260) continue
    const raw = document.text.slice(start, end)
    const written = raw.trim()
    if (!isPathLike(written)) continue
    found.push({
      text: written,
      ...splitFragment(written),
      form: 'mention',
      offset: start + raw.indexOf(written),
    })
  }
}

/** A path in backticks: it has a folder and a file ending or a closing slash, or is the name of a markdown file. */
function isPathLike(text: string): boolean {
  // Most code is no path, and the shape is dear to test.
  if (!text.includes('/') && !text.includes('.')) return false
  if (!isMention(text) || isExternal(text)) return false
  const { target } = splitFragment(text)
  if (markdownName.test(target)) return true
  if (!target.includes('/')) return false
  return target.startsWith('@')
    ? fileEnding.test(target) || target.split('/').length > 2
    : fileEnding.test(target) || (target.endsWith('/') && target.length > 2)
}

/** One attribute of an element; `start` and `end` are the UTF-16 offsets of its value without quotes. */
export interface Attribute {
  readonly name: string
  readonly value: string
  readonly start: number
  readonly end: number
}

/** One XML-ish element. Offsets are UTF-16 offsets in the whole text. */
export interface Block {
  readonly name: string
  readonly attributes: readonly Attribute[]
  /** Offset of its `<`. */
  readonly start: number
  /** Offset just after its closing tag, or after its own tag when it is empty or was never closed. */
  readonly end: number
  readonly contentStart: number
  readonly contentEnd: number
  readonly closed: boolean
  readonly children: readonly Block[]
}

/** Elements nested deeper than this stand beside each other, so that a walk down the tree is bounded. */
export const deepestBlock = 100

interface Element extends Block {
  end: number
  contentEnd: number
  closed: boolean
  readonly children: Element[]
}

/**
 * The XML-ish elements of a text from an offset on, in one linear pass that never throws. A closing tag closes the
 * nearest open element of its name; what was opened in between was never closed and keeps no content, so its children
 * belong to the element around it. Surplus closing tags, comments, and `<` that starts no tag are text. There are no
 * entities and no declarations.
 */
export function scanBlocks(text: string, from = 0): readonly Block[] {
  const elements: Element[] = []
  const open: Element[] = []
  const openByName = new Map<string, number>()
  let commentsEnd = true
  let at = text.indexOf('<', from)
  while (at >= 0) {
    let next = at + 1
    if (text.startsWith('!--', next)) {
      const end: number = commentsEnd ? text.indexOf('-->', next + 3) : -1
      commentsEnd = end >= 0
      if (commentsEnd) next = end + 3
    } else if (text.charCodeAt(next) === slash) {
      next = close(next + 1)
    } else {
      next = start(next)
    }
    at = text.indexOf('<', next)
  }
  return nest(elements)

  function start(at: number): number {
    const tag = readTag(text, at)
    if (!tag.name) return tag.end
    const { name, attributes, end, empty } = tag
    const element = {
      name,
      attributes,
      start: at - 1,
      end,
      contentStart: end,
      contentEnd: end,
      closed: empty,
      children: [],
    }
    elements.push(element)
    if (empty) return end
    open.push(element)
    openByName.set(name, (openByName.get(name) ?? 0) + 1)
    return end
  }

  function close(at: number): number {
    closingTag.lastIndex = at
    const match = closingTag.exec(text)
    if (!match) return at
    const name = match[1]!
    if (!openByName.get(name)) return closingTag.lastIndex
    for (let top = open.pop(); top; top = open.pop()) {
      openByName.set(top.name, openByName.get(top.name)! - 1)
      if (top.name !== name) continue
      top.closed = true
      top.contentEnd = at - 2
      top.end = closingTag.lastIndex
      break
    }
    return closingTag.lastIndex
  }
}

const slash = 47
const closingTag = /([A-Za-z_][\w.:-]*)[^<>\r\n]*>/y
const tagName = /([A-Za-z_][\w.:-]*)(?=[\s"'>]|\/>)/y
const blank = /[^\S\r\n]*(?:(?:\r\n?|\n)(?![^\S\r\n]*(?:\r|\n))[^\S\r\n]*)*/y
const attributeName = /[A-Za-z_@:][\w.:@-]*/y
const equals = /\s{0,20}=\s{0,20}/y
const quoted = /"([^"\r\n]*)"|'([^'\r\n]*)'/y
const bare = /[^\s"'<>=/]+(?:\/(?!>)[^\s"'<>=/]*)*/y

interface Tag {
  /** Undefined for a `<` that starts no tag; `end` then says where to go on. */
  readonly name?: string
  readonly attributes: readonly Attribute[]
  readonly end: number
  readonly empty: boolean
}

/**
 * Reads a tag after its `<`. What is neither attribute nor end is skipped (`<tag">`). A tag that meets another `<`, a
 * blank line or the end of the text is none, and reading goes on there: nothing is read twice, which keeps it linear.
 */
function readTag(text: string, from: number): Tag {
  tagName.lastIndex = from
  const name = tagName.exec(text)?.[1]
  if (name === undefined) return { attributes: [], end: from, empty: false }
  const attributes: Attribute[] = []
  let at = tagName.lastIndex
  for (;;) {
    at = skip(blank, text, at)
    const character = text[at]
    if (character === '>') return { name, attributes, end: at + 1, empty: false }
    if (character === '/' && text[at + 1] === '>') return { name, attributes, end: at + 2, empty: true }
    if (character === undefined || character === '<' || character === '\n' || character === '\r') {
      return { attributes, end: at, empty: false }
    }
    const attribute = readAttribute(text, at)
    if (attribute) attributes.push(attribute.attribute)
    at = attribute?.end ?? at + 1
  }
}

function readAttribute(text: string, from: number): { attribute: Attribute; end: number } | undefined {
  const nameEnd = skip(attributeName, text, from)
  if (nameEnd === from) return undefined
  const name = text.slice(from, nameEnd)
  const valueAt = skip(equals, text, nameEnd)
  if (valueAt === nameEnd)
    return { attribute: { name, value: '', start: nameEnd, end: nameEnd }, end: nameEnd }
  const quotedEnd = skip(quoted, text, valueAt)
  const isQuoted = quotedEnd > valueAt
  const end = isQuoted ? quotedEnd : skip(bare, text, valueAt)
  const start = isQuoted ? valueAt + 1 : valueAt
  const valueEnd = isQuoted ? end - 1 : end
  return { attribute: { name, value: text.slice(start, valueEnd), start, end: valueEnd }, end }
}

/** Where the pattern's match at `at` ends; `at` when it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Puts elements in document order below the closed element around them. */
function nest(elements: readonly Element[]): readonly Block[] {
  const roots: Element[] = []
  const around: Element[] = []
  for (const element of elements) {
    while (around.length > 0 && around.at(-1)!.end <= element.start) around.pop()
    const siblings = around.at(-1)?.children ?? roots
    siblings.push(element)
    if (element.closed && element.contentEnd > element.contentStart && around.length < deepestBlock)
      around.push(element)
  }
  return roots
}

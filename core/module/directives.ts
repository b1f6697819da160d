import type { Document } from './document.ts'
import type { Range } from './markdown.ts'
import type { Directive } from './module.ts'

const word = 'heddle-ignore'
const none: readonly Directive[] = Object.freeze([])
/** No author writes more of them; a text that does must not cost more than it says. */
const mostDirectives = 1_000

/**
 * The directives of a document, at most a thousand. `heddle-ignore` in a comment means the line that it ends, or the next line that
 * holds something when it stands alone; before a code block that is the whole block. `heddle-ignore-file` means the file, and so
 * does the key `heddle-ignore` of the front matter, which has a reason for each code. In code they are text.
 */
export function readDirectives(document: Document): readonly Directive[] {
  // Comments are rare, and looked for quickly.
  const { text, frontMatter } = document
  const mayHold = frontMatter.data[word] !== undefined || (text.includes('<!--') && text.includes(word))
  if (!mayHold) return none
  const found = [...inFrontMatter(document)]
  for (const directive of inComments(document)) if (found.length < mostDirectives) found.push(directive)
  return found
}

function* inFrontMatter(document: Document): Iterable<Directive> {
  const { text, frontMatter, lines } = document
  const said = frontMatter.data[word]
  if (said === undefined || said === null) return
  const head = text.slice(0, frontMatter.end)
  const from = Math.max(0, head.indexOf(word))
  if (typeof said !== 'object' || Array.isArray(said)) {
    const items: readonly unknown[] = Array.isArray(said) ? said : [said]
    yield { codes: codesIn(items.map(String).join(' ')), reason: null, lines: null, ...lines.place(from) }
    return
  }
  let at = from + word.length
  for (const [key, value] of Object.entries(said)) {
    const found = head.indexOf(key, at)
    if (found >= 0) at = found
    const reason = typeof value === 'string' ? reasonIn(value) : null
    yield { codes: codesIn(key), reason, lines: null, ...lines.place(at) }
  }
}

const opening = /<!--\s{0,20}heddle-ignore(-file)?(?=[\s:]|-->)/g
const longestComment = 2_000

function* inComments(document: Document): Iterable<Directive> {
  const { text, lines, frontMatter, markdown } = document
  const code = [...markdown.codeBlocks, ...markdown.codeSpans].toSorted((a, b) => a.start - b.start)
  let next = 0
  for (const match of text.matchAll(opening)) {
    const { index: start } = match
    if (start < frontMatter.end) continue
    while (next < code.length && code[next]!.end <= start) next++
    if (next < code.length && code[next]!.start <= start) continue
    const body = start + match[0].length
    const end = text.slice(body, body + longestComment).indexOf('-->')
    if (end < 0) continue
    const [codes, reason] = splitAtColon(text.slice(body, body + end))
    yield {
      codes: codesIn(codes),
      reason: reasonIn(reason),
      lines: match[1] === undefined ? linesMeant(document, { start, end: body + end + 3 }) : null,
      ...lines.place(start),
    }
  }
}

function splitAtColon(text: string): [string, string] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

function codesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((code) => code !== '')
}

function reasonIn(text: string): string | null {
  return text.replace(/\s+/g, ' ').trim() || null
}

/** Nothing but what holds a comment: quotes, marks of list items. */
const bare = /^[\s>*+-]*$/
/** Lines between a directive and what it means, at most. */
const mostBetween = 20
const directiveAlone = /^[\s>*+-]*<!--\s*heddle-ignore(?:(?!-->)[^])*-->\s*$/

function linesMeant({ text, lines, markdown }: Document, comment: Range): [number, number] {
  const first = lines.place(comment.start).line
  const last = lines.place(comment.end).line
  const lineOf = (line: number): string =>
    text.slice(lines.starts[line - 1], lines.starts[line] ?? text.length)
  const before = text.slice(lines.starts[first - 1], comment.start)
  const after = text.slice(comment.end, lines.starts[last] ?? text.length)
  if (!bare.test(before) || after.trim() !== '') return [first, last]
  let meant = last + 1
  const furthest = Math.min(lines.starts.length, last + mostBetween)
  while (meant < furthest && (bare.test(lineOf(meant)) || directiveAlone.test(lineOf(meant)))) meant++
  const [from = text.length, to = text.length] = lines.starts.slice(meant - 1, meant + 1)
  const block = markdown.codeBlocks.find(({ start }) => start >= from && start < to)
  return [first, block ? lines.place(Math.max(block.start, block.end - 1)).line : meant]
}

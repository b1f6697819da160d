import type { Document, FoundReference, Range, ReferenceContext } from 'heddle'
import { isMemoryFile } from './memory-file.ts'
import { shapeOf } from './shape.ts'

/**
 * The `@path` tokens of a document outside code and comments: imports in memory files, mentions of files elsewhere (with
 * the role of an import, for that is what they become in a file that is imported). A
 * token that begins with an alias is left out, for aliases are a form of their own.
 */
export function findImports(document: Document, context: ReferenceContext): FoundReference[] {
  const { text, frontMatter } = document
  const found: FoundReference[] = []
  const isMemory = isMemoryFile(document)
  let excluded: readonly Range[] | undefined
  let next = 0
  for (let at = text.indexOf('@', frontMatter.end); at >= 0; at = text.indexOf('@', at + 1)) {
    const token = tokenAt(text, at, context.aliases)
    if (!token) continue
    const [target, fragment = null] = splitAt(token.text.slice(1).replaceAll('\\ ', ' '), '#')
    if (target === '' || context.aliases.has(splitAt(target, '/')[0])) continue
    // Elsewhere only a file ending counts, and most tokens are names.
    if (!isMemory && !target.includes('.')) continue
    const shape = shapeOf(target, isAlone(text, token))
    if (shape === 'other' || (shape !== 'file' && !isMemory)) continue
    if (shape === 'name' && !context.exists(target)) continue
    excluded ??= excludedRanges(document)
    while (next < excluded.length && excluded[next]!.end <= token.offset) next++
    if (next < excluded.length && excluded[next]!.start <= token.offset) continue
    if (isInComment(text, token.offset)) continue
    found.push(
      isMemory
        ? { text: token.text, offset: at, target, fragment, form: 'import' }
        : { text: token.text, offset: at, target, fragment, form: 'mention', role: 'import' },
    )
  }
  return found
}

interface Token {
  readonly text: string
  readonly offset: number
}

const beforeToken = /[\s([{<"'“‘«*、。，；：！？（）「」『』【】]/
const aliased = /@([A-Za-z][\w-]*)\//y
const run = /@(?:[^\s\\"'“”‘’`<>|@,;、。，；：！？（）「」『』【】]|\\ ){1,500}/y
const sentenceEnd = /[.,:;!?*_~)\]}…]+$/

/** The token that the `@` at an offset begins; what plainly begins with an alias is none and costs little. */
function tokenAt(text: string, at: number, aliases: ReadonlySet<string>): Token | undefined {
  if (at > 0 && !beforeToken.test(text[at - 1]!)) return undefined
  aliased.lastIndex = at
  if (aliases.has(aliased.exec(text)?.[1] ?? '')) return undefined
  run.lastIndex = at
  const written = run.exec(text)?.[0]
  return written === undefined ? undefined : { text: trimSentence(written), offset: at }
}

/** Drops what belongs to the sentence; a bracket that was opened in the path stays with it. */
function trimSentence(written: string): string {
  const text = splitAt(written, '](')[0]
  const end = sentenceEnd.exec(text)
  if (!end) return text
  const path = text.slice(0, end.index)
  const closing = end[0][0] === ']' ? '[' : end[0][0] === '}' ? '{' : undefined
  return closing !== undefined && path.includes(closing) ? path + end[0][0]! : path
}

/** True when the token is all that its line holds, list marker and emphasis apart. */
function isAlone(text: string, { offset, text: written }: Token): boolean {
  const lineStart = Math.max(text.lastIndexOf('\n', offset), text.lastIndexOf('\r', offset)) + 1
  const rest = /[^\r\n]*/y
  rest.lastIndex = offset + written.length
  return (
    /^\s*(?:[-*+>]\s+|\d+[.)]\s+)?[*_]*$/.test(text.slice(lineStart, offset)) &&
    /^[*_\s]*$/.test(rest.exec(text)![0])
  )
}

/** Code, and comments: a host drops both before it looks for imports. */
function excludedRanges({ markdown, text }: Document): Range[] {
  const comments = markdown.htmlBlocks.filter(({ start }) => text.startsWith('<!--', start))
  return merge([...markdown.codeBlocks, ...markdown.codeSpans, ...comments])
}

/** True inside a comment that stands in a paragraph; such comments are short. */
function isInComment(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 500), offset)
  const open = before.lastIndexOf('<!--')
  if (open < 0 || before.includes('-->', open) || /\n\s*\n/.test(before.slice(open))) return false
  const rest = text.slice(offset, offset + 500)
  const close = rest.indexOf('-->')
  return close >= 0 && !/\n\s*\n/.test(rest.slice(0, close))
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last && range.start < last.end)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) }
    else merged.push(range)
  }
  return merged
}

function splitAt(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

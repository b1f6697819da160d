import { readPlainList, readPlainScalar, unread } from './frontmatter-scalar.ts'

/**
 * Front matter of the common kind, read without a YAML parser: `key: scalar`, quoted scalars, `[a, b]`, lists of
 * scalars, text blocks of even lines and one level of nested keys. `undefined` for anything else; what it gives, the full
 * parser gives too.
 */
export function readPlainFrontMatter(content: string): Record<string, unknown> | undefined {
  if (rare.test(content) && unusual.test(content)) return undefined
  const lines = (content.includes('\r') ? content.replaceAll(/\r\n?/g, '\n') : content).split('\n')
  const data: Record<string, unknown> = {}
  let at = 0
  while (at < lines.length) {
    const line = lines[at]!
    at++
    if (isSkipped(line)) continue
    const key = readKey(line, 0, data)
    if (key === undefined) return undefined
    const rest = line.slice(key.length + 1).trim()
    const below = isBlockMark(rest) ? takeText(lines, at) : takeBlock(lines, at)
    at = below.next
    const value = readEntry(rest, below.lines)
    if (value === unread) return undefined
    data[key] = value
  }
  return data
}

/** Tells most content from what must be looked at with Unicode classes, which takes longer. */
const rare = /[^\n\r -~]/
const unusual =
  /[\0-\u0009\u000b\u000c\u000e-\u001f\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u3000\ufeff\ufffe\uffff]|\p{Surrogate}/u
const keyStart = /[A-Za-z_][\w-]{0,99}:(?= |$)/y
const notPlainKey = /^(?:true|false|null|__proto__|constructor|prototype)$/i

function isSkipped(line: string): boolean {
  const text = line.trimStart()
  return text === '' || text.charCodeAt(0) === hash
}

const hash = 35
const space = 32
const dash = 45

function readKey(line: string, indent: number, data: object): string | undefined {
  keyStart.lastIndex = indent
  if (!keyStart.test(line)) return undefined
  const key = line.slice(indent, keyStart.lastIndex - 1)
  return notPlainKey.test(key) || Object.hasOwn(data, key) ? undefined : key
}

interface Below {
  readonly lines: readonly string[]
  readonly next: number
}

/** The lines below a key up to the next one, blank lines and comments left out. */
function takeBlock(lines: readonly string[], from: number): Below {
  let taken: string[] | undefined
  let next = from
  for (; next < lines.length; next++) {
    const line = lines[next]!
    const first = line.charCodeAt(0)
    if (first === space || first === hash || line === '') {
      if (isSkipped(line)) continue
    } else if (first !== dash || line.charCodeAt(1) !== space) break
    if (taken) taken.push(line)
    else taken = [line]
  }
  return { lines: taken ?? nothing, next }
}

/** The lines below the mark of a text block, as they are; empty ones at the end are none of it. */
function takeText(lines: readonly string[], from: number): Below {
  let next = from
  while (next < lines.length && (lines[next] === '' || lines[next]!.charCodeAt(0) === space)) next++
  let end = next
  while (end > from && lines[end - 1] === '') end--
  return { lines: lines.slice(from, end), next }
}

const nothing: readonly string[] = []

function readEntry(rest: string, below: readonly string[]): unknown {
  if (isBlockMark(rest)) return readText(rest, below)
  if (rest === '' || rest.charCodeAt(0) === hash) return readBlock(below)
  return below.length === 0 ? readValue(rest) : unread
}

function isBlockMark(rest: string): boolean {
  return rest === '>' || rest === '|' || rest === '>-' || rest === '|-'
}

/** Lines of one indentation, none of them blank: then folding is joining. */
function readText(mark: string, lines: readonly string[]): unknown {
  if (lines.length === 0) return unread
  const indent = indentOf(lines[0]!)
  for (const line of lines)
    if (indentOf(line) !== indent || line.length === indent || line.endsWith(' ')) return unread
  const text = lines.map((line) => line.slice(indent)).join(mark.startsWith('>') ? ' ' : '\n')
  return mark.length > 1 ? text : `${text}\n`
}

function readBlock(lines: readonly string[]): unknown {
  if (lines.length === 0) return null
  const first = lines[0]!
  const indent = indentOf(first)
  for (const line of lines) if (indentOf(line) !== indent) return unread
  return first.startsWith('- ', indent) ? readList(lines, indent) : readKeys(lines, indent)
}

function indentOf(line: string): number {
  let indent = 0
  while (line.charCodeAt(indent) === space) indent++
  return indent
}

function readList(lines: readonly string[], indent: number): unknown {
  const items: unknown[] = []
  for (const line of lines) {
    if (!line.startsWith('- ', indent)) return unread
    const item = readPlainScalar(line.slice(indent + 2).trim())
    if (item === unread) return unread
    items.push(item)
  }
  return items
}

function readKeys(lines: readonly string[], indent: number): unknown {
  const data: Record<string, unknown> = {}
  for (const line of lines) {
    const key = readKey(line, indent, data)
    if (key === undefined) return unread
    const rest = line.slice(indent + key.length + 1).trim()
    const value = rest === '' || rest.startsWith('#') ? null : readValue(rest)
    if (value === unread) return unread
    data[key] = value
  }
  return data
}

function readValue(text: string): unknown {
  return text.startsWith('[') ? readPlainList(text) : readPlainScalar(text)
}

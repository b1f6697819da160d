/**
 * Front matter of the common kind, read without a YAML parser: `key: scalar`, quoted scalars, `[a, b]`, lists of
 * scalars and one level of nested keys. `undefined` for anything else; what it gives, the full parser gives too.
 */
export function readPlainFrontMatter(content: string): Record<string, unknown> | undefined {
  if (unusual.test(content)) return undefined
  const lines = content.split(lineBreak)
  const data: Record<string, unknown> = {}
  let at = 0
  while (at < lines.length) {
    const line = lines[at]!
    at++
    if (isSkipped(line)) continue
    const key = readKey(line, 0, data)
    if (key === undefined) return undefined
    const rest = line.slice(key.length + 1).trim()
    const block = takeBlock(lines, at)
    at = block.next
    const value = rest === '' || rest.startsWith('#') ? readBlock(block.lines) : readAlone(rest, block.lines)
    if (value === unread) return undefined
    data[key] = value
  }
  return data
}

const unread = Symbol('left to the full parser')
const unusual =
  /[\0-\u0009\u000b\u000c\u000e-\u001f\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u3000\ufeff\ufffe\uffff]|\p{Surrogate}/u
const lineBreak = /\r\n?|\n/
const keyStart = /([A-Za-z_][\w-]{0,99}):(?= |$)/y
const notPlainKey = /^(?:true|false|null|__proto__|constructor|prototype)$/i

function isSkipped(line: string): boolean {
  const text = line.trimStart()
  return text === '' || text.startsWith('#')
}

function readKey(line: string, indent: number, data: object): string | undefined {
  keyStart.lastIndex = indent
  const key = keyStart.exec(line)?.[1]
  return key === undefined || notPlainKey.test(key) || Object.hasOwn(data, key) ? undefined : key
}

/** The lines below a key up to the next one, blank lines and comments left out. */
function takeBlock(lines: readonly string[], from: number): { lines: string[]; next: number } {
  const taken: string[] = []
  let next = from
  for (; next < lines.length; next++) {
    const line = lines[next]!
    if (isSkipped(line)) continue
    if (!line.startsWith(' ') && !line.startsWith('- ')) break
    taken.push(line)
  }
  return { lines: taken, next }
}

function readAlone(rest: string, below: readonly string[]): unknown {
  return below.length === 0 ? readValue(rest) : unread
}

function readBlock(lines: readonly string[]): unknown {
  if (lines.length === 0) return null
  const first = lines[0]!
  const indent = first.length - first.trimStart().length
  if (lines.some((line) => line.length - line.trimStart().length !== indent)) return unread
  return first.startsWith('- ', indent) ? readList(lines, indent) : readKeys(lines, indent)
}

function readList(lines: readonly string[], indent: number): unknown {
  const items: unknown[] = []
  for (const line of lines) {
    if (!line.startsWith('- ', indent)) return unread
    const item = readScalar(line.slice(indent + 2).trim())
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
  return text.startsWith('[') ? readInlineList(text) : readScalar(text)
}

const inlineList = /^\[([^[\]{}#"':&*!|>%@`?]*)\]$/
const inlineItem = /^(?:\.{0,2}\/)?[\p{L}\p{N}_][^\\]*$/u

function readInlineList(text: string): unknown {
  const inside = inlineList.exec(text)?.[1]?.trim()
  if (inside === undefined) return unread
  if (inside === '') return []
  const items: unknown[] = []
  for (const written of inside.split(',')) {
    const item = inlineItem.test(written.trim()) ? readScalar(written.trim()) : unread
    if (item === unread) return unread
    items.push(item)
  }
  return items
}

const doubleQuoted = /^"([^"\\]*)"$/
const singleQuoted = /^'((?:[^']|'')*)'$/
const notPlain = /^[-?:,[\]{}#&*!|>%@`"'=]|: |:$| #/

function readScalar(text: string): unknown {
  if (text.startsWith('"')) return doubleQuoted.exec(text)?.[1] ?? unread
  if (text.startsWith("'")) return singleQuoted.exec(text)?.[1]?.replaceAll("''", "'") ?? unread
  if (/^[-+.\d]/.test(text)) return readNumberLike(text)
  if (text === '' || notPlain.test(text)) return unread
  return words.has(text) ? words.get(text) : text
}

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['~', 'null', 'Null', 'NULL'].map((word): [string, unknown] => [word, null]),
  ...['true', 'True', 'TRUE'].map((word): [string, unknown] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, unknown] => [word, false]),
])

function readNumberLike(text: string): unknown {
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text)
  const isText = /^\d[\d.]*[^\d.eExo]|^\d+\.\d+\.\d|^\.{1,2}\//.test(text) && !/: |:$| #/.test(text)
  return isText ? text : unread
}

/** What the readers give for what they leave to the full parser. */
export const unread = Symbol('left to the full parser')

/** A scalar that stands in one line, or `unread`; what it gives, the full parser gives too. */
export function readPlainScalar(text: string): unknown {
  const first = text.charCodeAt(0)
  if (first === 34) return doubleQuoted.exec(text)?.[1] ?? unread
  if (first === 39) return singleQuoted.exec(text)?.[1]?.replaceAll("''", "'") ?? unread
  if (first <= 57 && numberLike.test(text)) return readNumberLike(text)
  if (text === '' || notPlain.test(text) || isKeyOrComment(text)) return unread
  return text.length <= 5 && words.has(text) ? words.get(text) : text
}

const doubleQuoted = /^"([^"\\]*)"$/
const singleQuoted = /^'((?:[^']|'')*)'$/
const numberLike = /^[-+.\d]/
const notPlain = /^[-?:,[\]{}#&*!|>%@`"'=]/

/** True for what YAML reads as a key, or as text with a comment behind it. */
function isKeyOrComment(text: string): boolean {
  return (text.includes(':') && keyMark.test(text)) || text.includes(' #')
}

const keyMark = /: |:$/

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['~', 'null', 'Null', 'NULL'].map((word): [string, unknown] => [word, null]),
  ...['true', 'True', 'TRUE'].map((word): [string, unknown] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, unknown] => [word, false]),
])

const number = /^-?\d{1,15}(?:\.\d{1,15})?$/
const textual = /^\d[\d.]*[^\d.eExo]|^\d+\.\d+\.\d|^\.{1,2}\//

function readNumberLike(text: string): unknown {
  if (number.test(text)) return Number(text)
  return textual.test(text) && !isKeyOrComment(text) ? text : unread
}

/** A list of scalars in brackets, or `unread`. */
export function readPlainList(text: string): unknown {
  const items: unknown[] = []
  for (let at = 1; ; at = item.lastIndex) {
    item.lastIndex = at
    const [, double, single, bare = '', end] = item.exec(text) ?? []
    if (end === undefined || (end === ']' && item.lastIndex < text.length)) return unread
    const written = bare.trimEnd()
    const isQuoted = double !== undefined || single !== undefined
    if (written === '' && !isQuoted && end === ']' && items.length === 0) return items
    const value = double ?? single ?? (isBare(written) ? readPlainScalar(written) : unread)
    if (value === unread) return unread
    items.push(value)
    if (end === ']') return items
  }
}

const item = / *(?:"([^"\\]*)" *|'([^']*)' *|((?:[^ [\]{}#"':&*!|>%@`?,][^[\]{}#"':&*!|>%@`?,]*)?))([,\]])/y
const asciiItem = /^(?:\.{0,2}\/)?[A-Za-z0-9_][\0-\x5b\x5d-\x7f]*$/
const inlineItem = /^(?:\.{0,2}\/)?[\p{L}\p{N}_][^\\]*$/u

function isBare(text: string): boolean {
  return asciiItem.test(text) || inlineItem.test(text)
}

/** A start tag with its attributes, an end tag, or text between tags; entities decoded. */
export type XmlEvent =
  | { readonly type: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly type: 'close'; readonly name: string }
  | { readonly type: 'text'; readonly text: string }

const mostAttributes = 64

/**
 * The tags and texts of an XML document in order, in one pass that never goes back. It does not ask whether the document is well
 * formed: what ends early simply ends. Entities that a document declares stay as they are written, so none can grow.
 */
export function* readXml(source: string): Generator<XmlEvent> {
  for (let at = 0; at < source.length;) {
    const open = source.indexOf('<', at)
    const end = open < 0 ? source.length : open
    if (end > at) yield { type: 'text', text: decode(source.slice(at, end)) }
    if (open < 0) return
    const special = specials.find(([start]) => source.startsWith(start, open))
    if (special) {
      const [start, stop, isText] = special
      const close = source.indexOf(stop, open + start.length)
      const until = close < 0 ? source.length : close
      if (isText) yield { type: 'text', text: source.slice(open + start.length, until) }
      at = until + stop.length
      continue
    }
    const { events, next } = readTag(source, open)
    yield* events
    at = next
  }
}

const specials = [
  ['<!--', '-->', false],
  ['<![CDATA[', ']]>', true],
  ['<?', '?>', false],
  ['<!', '>', false],
] as const

const namePattern = /[^\s=/>"'<]+/y
const spacePattern = /[\s]*/y

function readTag(source: string, open: number): { events: XmlEvent[]; next: number } {
  if (source[open + 1] === '/') {
    const end = source.indexOf('>', open)
    const until = end < 0 ? source.length : end
    return { events: [{ type: 'close', name: source.slice(open + 2, until).trim() }], next: until + 1 }
  }
  const name = match(namePattern, source, open + 1)
  const attributes = new Map<string, string>()
  let at = open + 1 + name.length
  for (;;) {
    at += match(spacePattern, source, at).length
    const sign = source[at]
    if (sign === undefined || sign === '>' || sign === '<') break
    const key = match(namePattern, source, at)
    if (key === '') {
      at++
      continue
    }
    at += key.length
    const { value, next } = readValue(source, at)
    if (attributes.size < mostAttributes && !attributes.has(key)) attributes.set(key, value)
    at = next
  }
  const events: XmlEvent[] = [{ type: 'open', name, attributes }]
  if (source[at - 1] === '/') events.push({ type: 'close', name })
  return { events, next: source[at] === '>' ? at + 1 : at }
}

function readValue(source: string, from: number): { value: string; next: number } {
  let at = from + match(spacePattern, source, from).length
  if (source[at] !== '=') return { value: '', next: at }
  at++
  at += match(spacePattern, source, at).length
  const quote = source[at]
  if (quote !== '"' && quote !== "'") {
    const value = match(namePattern, source, at)
    return { value, next: at + value.length }
  }
  const end = source.indexOf(quote, at + 1)
  const until = end < 0 ? source.length : end
  return { value: decode(source.slice(at + 1, until)), next: until + 1 }
}

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? ''
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name as string] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

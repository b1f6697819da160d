import type { Place } from '../base/diagnostic.ts'

interface Frame {
  readonly closes: '}' | ']' | ')'
  /** The path of what it holds: of the key that was read last, or of the entry that is being read. */
  path: string
  readonly base: string
  /** Of the entry in a list. */
  index: number
  /** True where the next word is a key. */
  awaitsKey: boolean
}

const token =
  /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[\p{L}_$][\p{L}\p{N}_$-]*|[^]/uy

/** Where an object begins in a file of code, the likeliest first. */
const beginnings = [
  /\bdefineConfig\s*\(\s*\{/,
  /\bexport\s+default\s+\{/,
  /\bmodule\.exports\s*=\s*\{/,
  /=\s*\{/,
  /^\s*\{/,
]

/**
 * Where each key of the object in a configuration's text stands, by its path (`cache.minutes`, `plugins[0]`). Read from the text
 * without running it: what is spread in or computed is not found.
 */
export function findKeyPlaces(text: string, path: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  const lineStarts = lineStartsOf(text)
  const note = (key: string, offset: number): void => {
    if (!places.has(key)) places.set(key, placeAt(offset, path, lineStarts))
  }
  const frames: Frame[] = []
  let pending: { text: string; offset: number } | undefined
  for (const { text: word, offset } of tokensFrom(text, beginningOf(text))) {
    const frame = frames.at(-1)
    if (frame?.closes === ']' && frame.awaitsKey && word !== ']') {
      frame.path = `${frame.base}[${++frame.index}]`
      frame.awaitsKey = false
      note(frame.path, offset)
    }
    if (
      frame?.awaitsKey &&
      pending &&
      frame.closes === '}' &&
      (word === ':' || word === ',' || word === '}' || word === '(')
    ) {
      frame.path = frame.base === '' ? pending.text : `${frame.base}.${pending.text}`
      frame.awaitsKey = false
      note(frame.path, pending.offset)
    }
    pending = /^["'\p{L}_$]/u.test(word) ? { text: word.replace(/^["']|["']$/g, ''), offset } : undefined
    if (word === '{' || word === '[' || word === '(') frames.push(opened(word, frame))
    else if (frame && word === frame.closes) frames.pop()
    else if (frame && word === ',') frame.awaitsKey = frame.closes !== ')'
    if (frames.length === 0) break
  }
  return places
}

function opened(word: '{' | '[' | '(', outer: Frame | undefined): Frame {
  const base = outer?.path ?? ''
  if (word === '(')
    return { closes: ')', path: base === '' ? '()' : `${base}()`, base, index: -1, awaitsKey: false }
  return { closes: word === '{' ? '}' : ']', path: base, base, index: -1, awaitsKey: true }
}

function* tokensFrom(text: string, start: number): Generator<{ text: string; offset: number }> {
  const matcher = new RegExp(token)
  matcher.lastIndex = start
  for (let match = matcher.exec(text); match; match = matcher.exec(text)) {
    const [word] = match
    if (!/^(?:\s|\/\/|\/\*)/.test(word)) yield { text: word, offset: match.index }
  }
}

function beginningOf(text: string): number {
  for (const beginning of beginnings) {
    const match = beginning.exec(text)
    if (match) return match.index + match[0].length - 1
  }
  return text.length
}

/** The offset at which each line begins. */
export function lineStartsOf(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|[\r\n]/g), ({ index, 0: end }) => index + end.length)]
}

function placeAt(offset: number, path: string, lineStarts: readonly number[]): Place {
  const line = lineStarts.findLastIndex((start) => start <= offset)
  return { path, line: line + 1, column: offset - lineStarts[line]! + 1 }
}

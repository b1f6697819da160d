/** The most UTF-16 units that front matter may have. */
export const longestFrontMatter = 65_536

/** Where the front matter of a text stands, as offsets of UTF-16 units; `undefined` fields do not apply. */
export interface Fenced {
  /** How the block ends: with its own line, or not at all. */
  readonly status: 'closed' | 'unterminated'
  /** The language after the opening dashes, lower case; empty for plain `---`. */
  readonly language: string
  /** Range of what stands between the fences. */
  readonly start: number
  readonly stop: number
  /** Where the body begins. */
  readonly end: number
}

/**
 * The front matter block at the top of a text, after a byte-order mark; `undefined` when there is none. A `---` that is
 * a thematic break (prose follows, no key) is no front matter.
 */
export function findFrontMatter(text: string): Fenced | undefined {
  const from = text.charCodeAt(0) === 0xfe_ff ? 1 : 0
  if (!text.startsWith('---', from)) return undefined
  opening.lastIndex = from
  const match = opening.exec(text)
  if (!match) return undefined
  const language = (match[1] ?? match[2] ?? '').toLowerCase()
  const start = opening.lastIndex
  closing.lastIndex = start
  const close = closing.exec(text)
  if (close) {
    const fenced = { status: 'closed', language, start, stop: close.index, end: closing.lastIndex } as const
    return language !== '' ||
      beginsWithKey(text, start) ||
      isKeyed(text.slice(start, Math.min(close.index, start + 2_000)))
      ? fenced
      : undefined
  }
  const lines = unterminated.exec(text.slice(start, start + longestFrontMatter))
  if (lines === null && language === '') return undefined
  const stop = start + (lines?.[0].length ?? 0)
  return { status: 'unterminated', language, start, stop, end: stop }
}

/** `---`, a tag written directly behind it (`---js`), or one of the known languages after a blank. */
const opening =
  /---(?:([A-Za-z][\w+#.-]{0,30})|[ \t]+(ya?ml|json5?|js|javascript|ts|typescript|toml|coffee|coffeescript|cson|hjson))?[ \t]*(?:\r\n?|\n|$)/iy

const closing = /^(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|(?![^]))/gm

/** Lines with lower-case keys, list items and what is indented below them. */
const unterminated =
  /^(?:[a-z_$][\w-]*:(?:[ \t][^\r\n]*)?(?:\r\n?|\n|$)(?:(?:[ \t]+\S|- )[^\r\n]*(?:\r\n?|\n|$))*)+/

const firstLine = /^[ \t]*([^\s#][^\r\n]*)/m
const keyLine = /^(?:"[^"]*"|'[^']*'|(?:[\p{L}\p{N}_$<][^\s:]*)(?:[ \t]+[^\s:]+){0,3})[ \t]*:(?:\s|$)/u
const plainKeyLine = /^[a-z_][\w-]*:(?:\s|$)/m

const plainKey = /[A-Za-z_][\w-]*:(?=\s)/y

/** Nearly all front matter does: the look at its first lines is for the rest. */
function beginsWithKey(text: string, at: number): boolean {
  plainKey.lastIndex = at
  return plainKey.test(text)
}

/** True for what begins like a mapping or holds keys without a paragraph between, and for nothing but blank lines. */
function isKeyed(content: string): boolean {
  if (content.trim() === '') return true
  if (/^\s*[\r\n]\s*#/.test(content)) return false
  const line = firstLine.exec(content)?.[1]
  if (line === undefined) return false
  if (line.startsWith('{') || keyLine.test(line)) return true
  return plainKeyLine.test(content) && !/(?:\r\n?|\n)[ \t]*[\r\n]/.test(content)
}

import type { Language } from './language.ts'

interface Syntax {
  readonly lineComment: string
  /** Opening and closing of block comments. */
  readonly blockComment?: readonly [string, string]
  /** Longest first, so that `"""` is seen before `"`. */
  readonly quotes: readonly Quote[]
  /** The end of a literal of its own form that starts at an offset: a regular expression, a raw string. */
  readonly literal?: (text: string, at: number) => number | undefined
}

interface Quote {
  readonly mark: string
  /** May the text go on after the end of the line? */
  readonly lines: boolean
  readonly escapes: boolean
  /** `${` … `}` inside is code again. */
  readonly code?: boolean
}

const double: Quote = { mark: '"', lines: false, escapes: true }
const single: Quote = { mark: "'", lines: false, escapes: true }

const script: Syntax = {
  lineComment: '//',
  blockComment: ['/*', '*/'],
  quotes: [double, single, { mark: '`', lines: true, escapes: true, code: true }],
  literal: endOfRegularExpression,
}

const syntaxes: Readonly<Record<Language, Syntax>> = {
  typescript: script,
  javascript: script,
  python: {
    lineComment: '#',
    quotes: [
      { mark: '"""', lines: true, escapes: true },
      { mark: "'''", lines: true, escapes: true },
      double,
      single,
    ],
  },
  go: {
    lineComment: '//',
    blockComment: ['/*', '*/'],
    quotes: [double, single, { mark: '`', lines: true, escapes: false }],
  },
  rust: {
    lineComment: '//',
    blockComment: ['/*', '*/'],
    quotes: [{ ...double, lines: true }],
    literal: endOfRustLiteral,
  },
  java: {
    lineComment: '//',
    blockComment: ['/*', '*/'],
    quotes: [{ mark: '"""', lines: true, escapes: true }, double, single],
  },
  ruby: {
    lineComment: '#',
    blockComment: ['=begin', '=end'],
    quotes: [
      { ...double, lines: true },
      { ...single, lines: true },
    ],
  },
}

/**
 * The text with comments and the contents of strings, templates and regular expressions as spaces; quotes, line breaks
 * and every offset stay. One pass over the text, whatever stands in it.
 */
export function maskText(text: string, language: Language): string {
  const syntax = syntaxes[language]
  const kept: string[] = []
  /** For each open template: how many braces are open in the code inside it. */
  const templates: { readonly quote: Quote; braces: number }[] = []
  let at = 0

  function hide(to: number): void {
    kept.push(text.slice(at, to).replace(/[^\n\r]/g, ' '))
    at = to
  }

  /** Hides the inside of a quote from `at`; leaves `at` behind its end, or behind a `${` that opens code. */
  function passQuote(quote: Quote): void {
    const end = endOfQuote(text, at, quote)
    hide(end.at)
    if (end.opens) templates.push({ quote, braces: 0 })
    const close = end.opens ? 2 : end.closed ? quote.mark.length : 0
    kept.push(end.opens ? '  ' : text.slice(at, at + close))
    at += close
  }

  while (at < text.length) {
    const char = text[at]!
    const open = templates.at(-1)
    if (open && char === '}' && open.braces === 0) {
      templates.pop()
      kept.push(' ')
      at++
      passQuote(open.quote)
      continue
    }
    if (open && char === '{') open.braces++
    if (open && char === '}') open.braces--
    const commentEnd = endOfComment(text, at, syntax)
    if (commentEnd !== undefined) {
      hide(commentEnd)
      continue
    }
    const literalEnd = syntax.literal?.(text, at)
    if (literalEnd !== undefined) {
      hide(literalEnd)
      continue
    }
    const quote = syntax.quotes.find((known) => char === known.mark[0] && text.startsWith(known.mark, at))
    if (quote) {
      kept.push(quote.mark)
      at += quote.mark.length
      passQuote(quote)
      continue
    }
    kept.push(char)
    at++
  }
  return kept.join('')
}

/** The offset behind the comment that starts at `at`; `undefined` when none starts there. */
function endOfComment(text: string, at: number, syntax: Syntax): number | undefined {
  if (text.startsWith(syntax.lineComment, at)) {
    const end = text.indexOf('\n', at)
    return end < 0 ? text.length : end
  }
  const block = syntax.blockComment
  if (!block || !text.startsWith(block[0], at)) return undefined
  // Ruby's block comments start a line; an assignment such as `x =begin` is code.
  if (block[0] === '=begin' && at > 0 && text[at - 1] !== '\n') return undefined
  const end = text.indexOf(block[1], at + block[0].length)
  return end < 0 ? text.length : end + block[1].length
}

function endOfQuote(
  text: string,
  from: number,
  quote: Quote,
): { at: number; closed: boolean; opens: boolean } {
  let at = from
  while (at < text.length) {
    const char = text[at]!
    if (char === '\\' && quote.escapes) {
      at += 2
      continue
    }
    if (char === '\n' && !quote.lines) return { at, closed: false, opens: false }
    if (char === quote.mark[0] && text.startsWith(quote.mark, at)) return { at, closed: true, opens: false }
    if (quote.code && char === '$' && text[at + 1] === '{') return { at, closed: false, opens: true }
    at++
  }
  return { at: text.length, closed: false, opens: false }
}

const longestExpression = 500
const wordsBeforeExpressions = /\b(?:return|typeof|case|in|of|delete|void|throw|new|do|else|await|yield)\s*$/

/** The offset behind a regular expression literal at `at`; `undefined` when the slash divides. */
function endOfRegularExpression(text: string, at: number): number | undefined {
  if (text[at] !== '/') return undefined
  let before = at - 1
  while (before >= 0 && (text[before] === ' ' || text[before] === '\t')) before--
  const previous = before < 0 ? '\n' : text[before]!
  const starts = /[(,=:[!&|?{};+\-*%<>~^\n\r]/.test(previous)
  if (!starts && !wordsBeforeExpressions.test(text.slice(Math.max(0, at - 12), at))) return undefined
  let inClass = false
  // Without a bound, a long line of slashes that never close would be read again from each of them.
  const last = Math.min(text.length, at + longestExpression)
  for (let next = at + 1; next < last; next++) {
    const char = text[next]!
    if (char === '\n') return undefined
    if (char === '\\') next++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return next + 1
  }
  return undefined
}

/** Character literals, which may hold a quote, and raw strings; lifetimes (`'a`) are left alone. */
function endOfRustLiteral(text: string, at: number): number | undefined {
  if (text[at] === "'") {
    const literal = /^'(?:\\'|\\[^\n']{1,11}|[^'\\\n]{1,2})'/.exec(text.slice(at, at + 16))
    return literal ? at + literal[0].length : undefined
  }
  if (text[at] !== 'r' || /[\w]/.test(text[at - 1] ?? '')) return undefined
  const opening = /^r(#{0,8})"/.exec(text.slice(at, at + 12))
  if (!opening) return undefined
  const closing = `"${opening[1] ?? ''}`
  const end = text.indexOf(closing, at + opening[0].length)
  return end < 0 ? text.length : end + closing.length
}

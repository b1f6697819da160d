import { isAscii } from 'node:buffer'
import { fail, messageOf } from '../base/diagnostic.ts'
import { compilePattern, findOffsets, matchesAt, type MatchOptions, type TextMatch } from './match-text.ts'
import { findRequiredLiteral } from './required-literal.ts'
import { type OffsetSearch, searchInWorker } from './search-worker.ts'

/** Searches texts for one pattern; never freezes the program. */
export interface Matcher {
  /** The text of a file as it is to be searched; undefined where it is plain from the bytes that nothing can match. */
  textOf(bytes: Buffer): string | undefined
  /**
   * The matches of each text. Rejects with REGEX_TIMEOUT when one text takes too long, and when the signal aborts; one call
   * at a time.
   */
  find(texts: readonly string[]): Promise<TextMatch[][]>
  close(): Promise<void>
}

const longestPlain = 200
const mostChoices = 4
/** Replaces what is no UTF-8. */
const decoder = new TextDecoder()

/**
 * A matcher for a regular expression of JavaScript. Expressions that cannot run away run here; all others run in a worker
 * that is ended when its budget is spent or `signal` aborts. Throws REGEX_INVALID with the place of the fault.
 */
export function openMatcher(pattern: string, options: MatchOptions, signal: AbortSignal): Matcher {
  const expression = compile(pattern, options)
  const literal = (options.ignoreCase ? undefined : findRequiredLiteral(pattern)) ?? ''
  const needle = Buffer.from(literal)
  const runsAway = mayRunAway(pattern)
  const probe = !runsAway && !options.ignoreCase && isBytewise(pattern) ? new RegExp(pattern) : undefined
  const search = runsAway
    ? createLater(() => searchInWorker({ expression, literal, shown: shorten(pattern) }, signal))
    : searchHere(expression, literal)
  return {
    textOf(bytes) {
      if (!probe && literal !== '' && !bytes.includes(needle)) return undefined
      const plain = bytes.toString('latin1')
      if (probe && !probe.test(plain)) return undefined
      return isAscii(bytes) ? plain : decoder.decode(bytes)
    },
    async find(texts) {
      const found = await search.find(texts)
      return texts.map((text, index) => matchesAt(text, found[index]!, options))
    },
    close: search.close,
  }
}

function searchHere(expression: RegExp, literal: string): OffsetSearch {
  return {
    find: async (texts) => texts.map((text) => findOffsets(expression, text, literal)),
    close: async () => {},
  }
}

/** Started for the first text: where nothing can match, nobody needs a worker. */
function createLater(open: () => OffsetSearch): OffsetSearch {
  let opened: OffsetSearch | undefined
  return {
    find: (texts) => (opened ??= open()).find(texts),
    close: async () => opened?.close(),
  }
}

/**
 * True unless the pattern is one whose matching is sure to be quick: short, without repetition, and with too few groups and
 * options to multiply. Escapes and classes are single characters here.
 */
export function mayRunAway(pattern: string): boolean {
  if (pattern.length > longestPlain) return true
  const bare = pattern.replace(/\\[^]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  return /[*+{]/.test(bare) || (bare.match(/[(?]/g)?.length ?? 0) > mostChoices
}

const bytewise =
  /^(?:[\w\t !"#%&',:;<=>@`~/-]|\\[bBdwt!-/:-@[-`{-~]|\[(?!\^)(?:[ -[^-~]|\\[bdwt!-/:-@[-`{-~])*\]|\((?:\?:|(?!\?))|[)|?])*$/

/**
 * True only for patterns that take one character of ASCII at a time, and no note of where a text or a line begins or ends: where they
 * match a text, they match its bytes too, each taken for a character.
 */
export function isBytewise(pattern: string): boolean {
  return bytewise.test(pattern)
}

function compile(pattern: string, options: MatchOptions): RegExp {
  try {
    return compilePattern(pattern, options)
  } catch (thrown) {
    const reason = reasonOf(thrown)
    return fail(
      'REGEX_INVALID',
      `"${shorten(pattern)}" is no regular expression: ${reason}, at character ${faultyCharacter(pattern, reason)}.`,
      'Escape the characters that stand for themselves with a backslash.',
    )
  }
}

function reasonOf(thrown: unknown): string {
  return messageOf(thrown).replace(/^Invalid regular expression: .*: /s, '')
}

/**
 * Where the fault is, counted from 1. What is never closed begins after the longest part that is an expression by itself;
 * any other fault is at the end of the shortest part that has it.
 */
function faultyCharacter(pattern: string, reason: string): number {
  let whole = 0
  for (let length = 1; length <= Math.min(pattern.length, longestPlain); length++) {
    const found = faultOf(pattern.slice(0, length))
    if (found === undefined) whole = length
    else if (found === reason && !reason.startsWith('Unterminated')) return length
  }
  return whole + 1
}

function faultOf(pattern: string): string | undefined {
  try {
    void new RegExp(pattern)
    return undefined
  } catch (thrown) {
    return reasonOf(thrown)
  }
}

function shorten(pattern: string): string {
  return pattern.length > longestPlain ? `${pattern.slice(0, longestPlain)}…` : pattern
}

import { availableParallelism } from 'node:os'
import { fail, messageOf } from '../base/diagnostic.ts'
import { compilePattern, matchesAt, type MatchOptions, type TextMatch } from './match-text.ts'
import { findRequiredLiteral } from './required-literal.ts'
import { type Batch, type Needle, type Offsets, searchBatch, textAt } from './search-bytes.ts'
import { type BatchSearch, searchInWorker } from './search-worker.ts'

/** Searches files for one pattern; never freezes the program. */
export interface Matcher {
  /** False for the bytes of a file in which nothing can match; asked only as long as that may save a thread. */
  mayMatch(bytes: Buffer): boolean
  /**
   * The matches of each file in the batch that has some, by its place. Rejects with REGEX_TIMEOUT when one file takes too long, and when
   * the signal aborts. The batch may be used again when it has settled.
   */
  find(batch: Batch): Promise<ReadonlyMap<number, TextMatch[]>>
  close(): Promise<void>
}

const longestPlain = 200
const mostChoices = 4
/** Bytes that are searched here before a thread is started for the rest: it takes as long to start as a search of so many. */
const mostHere = 16 * 1024 * 1024
const hasCores = availableParallelism() > 1

/**
 * A matcher for a regular expression of JavaScript. Expressions that cannot run away run here, and in a worker when there is much
 * to search; all others run in a worker that is ended when its budget is spent or `signal` aborts. Throws REGEX_INVALID with the
 * place of the fault.
 */
export function openMatcher(pattern: string, options: MatchOptions, signal: AbortSignal): Matcher {
  const needle = needleOf(pattern, options)
  const runsAway = mayRunAway(pattern)
  const shown = runsAway ? shorten(pattern) : undefined
  let worker: BatchSearch | undefined
  let here = 0

  function find(batch: Batch): Promise<Offsets> {
    here += batch.ends.at(-1) ?? 0
    if (!worker && !runsAway && (here < mostHere || !hasCores))
      return Promise.resolve(searchBatch(batch, needle))
    return (worker ??= searchInWorker({ needle, shown }, signal)).find(batch)
  }

  return {
    mayMatch: (bytes) =>
      !runsAway || worker !== undefined || needle.literal === '' || bytes.includes(needle.literal),
    async find(batch) {
      const found = await find(batch)
      return new Map(
        found.map(([index, offsets]) => [index, matchesAt(textAt(batch, index), offsets, options)]),
      )
    },
    close: async () => worker?.close(),
  }
}

function needleOf(pattern: string, options: MatchOptions): Needle {
  const expression = compile(pattern, options)
  if (options.ignoreCase) return { expression, literal: '', probe: undefined }
  const probe = !mayRunAway(pattern) && isBytewise(pattern) ? new RegExp(pattern) : undefined
  return { expression, literal: findRequiredLiteral(pattern) ?? '', probe }
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

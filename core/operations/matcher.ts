import { Worker } from 'node:worker_threads'
import { fail, messageOf } from '../base/diagnostic.ts'
import { createMatcher, type MatchOptions, type TextMatch } from './match-text.ts'

/** Searches texts for one pattern, one after the other; never freezes the program. */
export interface Matcher {
  /** Rejects with REGEX_TIMEOUT when one text takes too long. */
  find(text: string): Promise<TextMatch[]>
  close(): Promise<void>
}

/** Milliseconds that one text may take, and as many again for each megabyte of it. */
const budgetMs = 1_000
const megabyte = 1_000_000
const longestPlain = 200
const mostChoices = 4

/**
 * A matcher for a regular expression of JavaScript. Expressions that cannot run away run here; all
 * others run in a worker that is ended when its budget is spent. Throws REGEX_INVALID.
 */
export function openMatcher(pattern: string, options: MatchOptions): Matcher {
  const find = compile(pattern, options)
  return mayRunAway(pattern)
    ? createWorkerMatcher(pattern, options)
    : { find: async (text) => find(text), close: async () => {} }
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

function compile(pattern: string, options: MatchOptions): (text: string) => TextMatch[] {
  try {
    return createMatcher(pattern, options)
  } catch (thrown) {
    return fail(
      'REGEX_INVALID',
      `"${shorten(pattern)}" is no regular expression: ${reasonOf(thrown)}, at character ${faultyCharacter(pattern, reasonOf(thrown))}.`,
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

function createWorkerMatcher(pattern: string, options: MatchOptions): Matcher {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./match-worker.${ending}`, import.meta.url), {
    workerData: { pattern, options },
    env: {},
  })
  worker.unref()
  const started = new Promise<void>((resolve, reject) => {
    worker.once('online', resolve)
    worker.once('error', reject)
  })
  started.catch(() => {})
  return {
    async find(text) {
      await started
      const limit = budgetMs * (1 + text.length / megabyte)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          void worker.terminate()
          settle(() =>
            fail(
              'REGEX_TIMEOUT',
              `"${shorten(pattern)}" took more than ${Math.round(limit)} ms on one file.`,
              'Write it without a repetition inside a repetition.',
            ),
          )
        }, limit)
        const settle = (give: () => TextMatch[]): void => {
          clearTimeout(timer)
          worker.off('message', answer).off('error', broken).off('exit', gone)
          try {
            resolve(give())
          } catch (thrown) {
            reject(thrown)
          }
        }
        const answer = (matches: TextMatch[]): void => settle(() => matches)
        const broken = (error: Error): void =>
          settle(() => {
            throw error
          })
        const gone = (): void => broken(new Error('the search was ended'))
        worker.on('message', answer).on('error', broken).on('exit', gone)
        worker.postMessage(text, [])
      })
    },
    async close() {
      await worker.terminate()
    },
  }
}

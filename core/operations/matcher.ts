import { Worker } from 'node:worker_threads'
import { fail, HeddleError, messageOf } from '../base/diagnostic.ts'
import { compilePattern, findOffsets, matchesAt, type MatchOptions, type TextMatch } from './match-text.ts'

/** Searches texts for one pattern, one after the other; never freezes the program. */
export interface Matcher {
  /** Rejects with REGEX_TIMEOUT when one text takes too long, and when the signal aborts. */
  find(text: string): Promise<TextMatch[]>
  close(): Promise<void>
}

/** Milliseconds that one text may take, and as many again for each megabyte of it. */
const budgetMs = 1_000
const megabyte = 1_000_000
const longestPlain = 200
const mostChoices = 4

/**
 * A matcher for a regular expression of JavaScript. Expressions that cannot run away run here; all others run in a worker
 * that is ended when its budget is spent or `signal` aborts. Throws REGEX_INVALID with the place of the fault.
 */
export function openMatcher(pattern: string, options: MatchOptions, signal: AbortSignal): Matcher {
  const expression = compile(pattern, options)
  const offsetsIn = mayRunAway(pattern)
    ? searchInWorker(expression, signal)
    : { find: async (text: string) => findOffsets(expression, text), close: async () => {} }
  return {
    find: async (text) => matchesAt(text, await offsetsIn.find(text), options),
    close: offsetsIn.close,
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

/** Runs the same function as here; a file of its own would need whatever loader this program was started with. */
const workerText = `
const { parentPort, workerData } = require('node:worker_threads')
const find = ${findOffsets.toString()}
parentPort.on('message', (text) => parentPort.postMessage(find(workerData, text)))
`

interface OffsetSearch {
  find(text: string): Promise<number[]>
  close(): Promise<void>
}

function searchInWorker(expression: RegExp, signal: AbortSignal): OffsetSearch {
  const worker = new Worker(workerText, { eval: true, workerData: expression, env: {}, execArgv: [] })
  worker.unref()
  const end = (): void => void worker.terminate()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const started = new Promise<void>((resolve, reject) => {
    worker.once('online', resolve).once('error', reject)
    worker.once('exit', () => reject(new Error('The search was ended.')))
  })
  started.catch(() => undefined)

  function ask(text: string): Promise<number[]> {
    const limit = budgetMs * (1 + text.length / megabyte)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        end()
        broken(timedOut(expression.source, limit))
      }, limit)
      function answer(offsets: number[]): void {
        settled()
        resolve(offsets)
      }
      function broken(error: Error): void {
        settled()
        reject(error)
      }
      function gone(): void {
        broken(new Error('The search was ended.'))
      }
      function settled(): void {
        clearTimeout(timer)
        worker.off('message', answer).off('error', broken).off('exit', gone)
      }
      worker.on('message', answer).on('error', broken).on('exit', gone)
      worker.postMessage(text, [])
    })
  }

  return {
    async find(text) {
      await started
      return ask(text)
    },
    async close() {
      signal.removeEventListener('abort', end)
      await worker.terminate()
    },
  }
}

function timedOut(pattern: string, limit: number): HeddleError {
  return new HeddleError({
    code: 'REGEX_TIMEOUT',
    severity: 'error',
    message: `"${shorten(pattern)}" took more than ${Math.round(limit)} ms on one file.`,
    hint: 'Write it without a repetition inside a repetition.',
  })
}

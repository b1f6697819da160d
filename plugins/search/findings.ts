import type { Diagnostic } from 'heddle'
import type { SearchResult } from './result.ts'

/** The reason why `query` cannot be searched for; `undefined` when it can. */
export function faultOf(query: string): Diagnostic | undefined {
  if (query.trim() === '') {
    return {
      code: 'search/query-empty',
      severity: 'error',
      message: 'The query is empty; it would match every line.',
      hint: 'Give a regular expression, such as "TODO|FIXME".',
    }
  }
  try {
    return void new RegExp(query, 'u')
  } catch (thrown) {
    const reason =
      thrown instanceof Error
        ? thrown.message.replace(/^Invalid regular expression: /, '')
        : 'it cannot be read'
    return {
      code: 'search/query-invalid',
      severity: 'error',
      message: `"${query}" is not a regular expression: ${reason}.`,
      hint: 'Correct it, or put a backslash before characters that are meant literally, such as "(" or "[".',
    }
  }
}

/** What a person should know about a result besides the hits themselves. */
export function findingsOf(result: SearchResult): Diagnostic[] {
  const findings: Diagnostic[] = []
  if (result.total === 0 && result.complete) {
    findings.push({
      code: 'search/no-hit',
      severity: 'info',
      message: `Nothing matches "${result.query}"${result.glob === null ? '' : ` in "${result.glob}"`}.`,
      hint: 'Search for less, or in more files.',
    })
  }
  if (result.untested !== null && result.untested.length > 0) {
    findings.push({
      code: 'search/untested-hits',
      severity: 'info',
      message: `Hits stand in source files that no test carries the name of: ${shortList(result.untested)}.`,
      hint: 'Write a test before changing them.',
    })
  }
  if (!result.complete) {
    findings.push({
      code: 'search/incomplete',
      severity: 'warning',
      message: 'A part of the search failed, so there may be more hits.',
      hint: 'See the failed operations of this group.',
    })
  }
  return findings
}

function shortList(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => `"${path}"`)
  const rest = paths.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

import type { SearchResult } from './result.ts'

const shownHits = 20
const shownText = 100

/** The best hits, one a line. */
export function summaryOf({ total, files, hits }: Pick<SearchResult, 'total' | 'files' | 'hits'>): string[] {
  const left = total - shownHits
  return [
    `${total} hit${total === 1 ? '' : 's'} in ${files.length} file${files.length === 1 ? '' : 's'}`,
    ...hits.slice(0, shownHits).map(({ path, line, text }) => `${path}:${line}  ${shorten(text.trim())}`),
    ...(left > 0 ? [`… ${left} more, all of them in --format json`] : []),
  ]
}

function shorten(text: string): string {
  return text.length > shownText ? `${text.slice(0, shownText - 1)}…` : text
}

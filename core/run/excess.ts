import { HeddleError } from '../base/diagnostic.ts'

/** The error of an operation that did what it had not claimed; `left` says what became of it. */
export function claimExceeded(name: string, excess: string, left = 'nothing it wrote was kept'): HeddleError {
  return new HeddleError({
    code: 'CLAIM_EXCEEDED',
    severity: 'error',
    message: `"${name}" ${excess}, which is not in its claims; ${left}.`,
    hint: 'Add the path to the claims of the operation or of its kind.',
  })
}

const mostShown = 5

/** Paths or names in words; the first few of many. */
export function quoted(all: readonly string[]): string {
  const shown = all.slice(0, mostShown).map((each) => `"${each}"`)
  const more = all.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

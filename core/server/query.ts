import { fail } from '../base/diagnostic.ts'
import type { ContextOptions } from '../compose/context.ts'
import { audiences, isAudience } from '../compose/settings.ts'

/** A parameter that must be there; throws ARGUMENT_MISSING. */
export function required(query: URLSearchParams, name: string): string {
  return (
    query.get(name) ??
    fail('ARGUMENT_MISSING', `The query needs "${name}".`, `Add ?${name}=… to the address.`)
  )
}

/** A whole number from `least` to `most`, or the default; throws ARGUMENT_WRONG. */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const text = query.get(name)
  if (text === null) return otherwise
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (number >= least && number <= most) return number
  return fail('ARGUMENT_WRONG', `"${name}" is a whole number from ${least} to ${most}.`, 'Correct it.')
}

/** What a browser writes for a path, undone once; throws ARGUMENT_WRONG for what is no UTF-8. */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return fail('ARGUMENT_WRONG', 'The path in the address is not encoded as UTF-8.', 'Encode it.')
  }
}

/** The parameters `budget` and `for` of a context; throws ARGUMENT_WRONG. */
export function contextOptions(query: URLSearchParams): ContextOptions {
  const audience = query.get('for')
  if (audience !== null && !isAudience(audience))
    fail('ARGUMENT_WRONG', `"for" is one of ${audiences.join(', ')}.`, 'Correct it.')
  const budget = wholeNumber(query, 'budget', { least: 1, most: 999_999_999, otherwise: 0 })
  return { ...(budget > 0 && { budget }), ...(audience !== null && { for: audience }) }
}

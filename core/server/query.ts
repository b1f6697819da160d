import { fail } from '../base/diagnostic.ts'

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

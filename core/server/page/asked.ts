import { useEffect, useState } from 'preact/hooks'
import type { Refused } from './api.ts'

/** An answer of the server: there, refused, or still on its way. */
export interface Asked<T> {
  readonly value?: T
  readonly fault?: Refused
}

/**
 * Asks whenever one of the keys is another. The last answer stays until the next is there, so that nothing flickers; a late answer to an
 * earlier question is dropped. Nothing is asked when `ask` is undefined.
 */
export function useAsked<T>(ask: (() => Promise<T>) | undefined, keys: readonly unknown[]): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({})
  useEffect(() => {
    let isCurrent = true
    if (!ask) setAsked({})
    else
      ask().then(
        (value) => isCurrent && setAsked({ value }),
        (thrown: unknown) => isCurrent && setAsked({ fault: thrown as Refused }),
      )
    return () => {
      isCurrent = false
    }
  }, keys)
  return asked
}

import { useEffect, useRef } from 'preact/hooks'

/** Holds the element that is marked, and scrolls it into the middle whenever one of the keys is another. */
export function useMarked<T extends HTMLElement>(keys: readonly unknown[]): { current: T | null } {
  const marked = useRef<T>(null)
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), keys)
  return marked
}

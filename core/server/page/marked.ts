import { useEffect, useRef } from 'preact/hooks'

/** Holds the element that is marked, and scrolls it into the middle whenever one of the keys is another. */
export function useMarked(keys: readonly unknown[]): { current: HTMLElement | null } {
  const marked = useRef<HTMLElement>(null)
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), keys)
  return marked
}

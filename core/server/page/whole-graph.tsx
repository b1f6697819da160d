import { useEffect, useRef, useState } from 'preact/hooks'
import type { ScopeFilter } from './graph-scope.ts'
import type { Shown } from './state.ts'
import type { WholeDrawing } from './whole-drawing.ts'

/** All modules at once; what draws it is loaded when somebody wants to see it. */
export function WholeGraph({
  shown,
  filter,
  words,
  open,
}: {
  readonly shown: Shown
  readonly filter: ScopeFilter
  readonly words: string
  open(id: string): void
}) {
  const place = useRef<HTMLDivElement>(null)
  const drawing = useRef<WholeDrawing>(undefined)
  const [said, setSaid] = useState('Loading…')
  useEffect(() => {
    let isGone = false
    import('./whole-drawing.ts').then(
      ({ drawWhole }) => {
        if (isGone || !place.current) return
        drawing.current = drawWhole(place.current, { shown, say: setSaid, open })
        drawing.current.filter(filter, words)
      },
      (thrown: unknown) => setSaid(`It cannot be drawn here: ${(thrown as Error).message}`),
    )
    return () => {
      isGone = true
      drawing.current?.end()
    }
  }, [])
  useEffect(() => drawing.current?.show(shown), [shown])
  useEffect(() => drawing.current?.filter(filter, words), [words, ...Object.values(filter)])
  return (
    <>
      <p class="legend" role="status">
        {said}
      </p>
      <div
        ref={place}
        class="whole"
        role="img"
        aria-label={`All ${shown.modules.size} modules; the table below holds the same`}
      />
    </>
  )
}

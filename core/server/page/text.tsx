import { useMarked } from './marked.ts'
import { withReferences } from './pieces.tsx'
import type { GraphReference } from './state.ts'

const mostLines = 5_000

/** The text line by line, never as markup, with each reference a link where it stands. */
export function ModuleText(props: {
  readonly text: string
  readonly references: readonly GraphReference[]
  readonly line: number
}) {
  const marked = useMarked([props.line])
  const lines = props.text.split(/\r\n|[\r\n]/)
  const byLine = Map.groupBy(props.references, ({ line }) => line)
  return (
    <>
      <ol class="text">
        {lines.slice(0, mostLines).map((text, index) => {
          const isMarked = index + 1 === props.line
          const kind = /^#{1,6} /.test(text) ? 'heading' : ''
          return (
            <li
              key={index}
              class={`${kind}${isMarked ? ' marked' : ''}`}
              {...(isMarked && { ref: (element: HTMLElement | null) => void (marked.current = element) })}
            >
              {withReferences(text, inOrder(byLine.get(index + 1)))}
            </li>
          )
        })}
      </ol>
      {lines.length > mostLines && <p>{lines.length - mostLines} more lines are not shown.</p>}
    </>
  )
}

function inOrder(references: readonly GraphReference[] = []): readonly GraphReference[] {
  return references.toSorted((a, b) => a.column - b.column)
}

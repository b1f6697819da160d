import { useEffect, useRef } from 'preact/hooks'
import type { ModuleAnswer } from './api.ts'
import { linkTo } from './route.ts'

type Reference = ModuleAnswer['references'][number]

const mostLines = 5_000

/** The text line by line, never as markup, with each reference a link where it stands. */
export function ModuleText(props: {
  readonly text: string
  readonly references: readonly Reference[]
  readonly line: number
}) {
  const marked = useRef<HTMLLIElement>(null)
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), [props.line])
  const lines = props.text.split(/\r\n|[\r\n]/)
  const byLine = Map.groupBy(props.references, ({ line }) => line)
  return (
    <>
      <ol class="text">
        {lines.slice(0, mostLines).map((text, index) => {
          const isMarked = index + 1 === props.line
          const kind = /^#{1,6} /.test(text) ? 'heading' : ''
          return (
            <li key={index} class={`${kind}${isMarked ? ' marked' : ''}`} {...(isMarked && { ref: marked })}>
              <Line text={text} references={byLine.get(index + 1) ?? []} />
            </li>
          )
        })}
      </ol>
      {lines.length > mostLines && <p>{lines.length - mostLines} more lines are not shown.</p>}
    </>
  )
}

function Line({ text, references }: { readonly text: string; readonly references: readonly Reference[] }) {
  const pieces = []
  let at = 0
  for (const one of references.toSorted((a, b) => a.column - b.column)) {
    const start = one.column - 1
    // What is not written there as it is told, or stands within another one, is told in the list only.
    if (start < at || !text.startsWith(one.text, start)) continue
    const link =
      one.to === null
        ? linkTo('inspector', { reference: one.text, from: one.from })
        : linkTo('module', { id: one.to })
    pieces.push(text.slice(at, start))
    pieces.push(
      <a
        key={one.column}
        href={link}
        class={`reference ${one.status ?? 'external'}`}
        title={`${one.status ?? 'external'}${one.rung ? ` by ${one.rung}` : ''}`}
      >
        {one.text}
      </a>,
    )
    at = start + one.text.length
  }
  pieces.push(text.slice(at))
  return <>{pieces}</>
}

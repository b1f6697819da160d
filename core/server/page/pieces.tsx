import type { ComponentChildren } from 'preact'
import { linkTo } from './route.ts'
import type { GraphReference } from './state.ts'

/** A reference where it stands in a text: a link to what it names, or to why it names nothing. */
export function ReferenceLink({
  reference,
  children,
}: {
  readonly reference: GraphReference
  readonly children?: ComponentChildren
}) {
  const { text, from, to, status, rung, class: kind } = reference
  const word = status ?? kind
  const link = to === null ? linkTo('inspector', { reference: text, from }) : linkTo('module', { id: to })
  const isPlain = status === 'resolved' || status === null
  return (
    <a
      href={link}
      class={`reference ${word}`}
      title={`${word}${rung ? ` by ${rung}` : ''}${to ? `: ${to}` : ''}`}
    >
      {children ?? text}
      {!isPlain && <span class="tag">{word}</span>}
    </a>
  )
}

/**
 * A text with each reference a link where it is written. They are looked for from left to right; one that is not written as it is told
 * is left out here, and told in the list of references.
 */
export function withReferences(text: string, references: readonly GraphReference[]): ComponentChildren {
  const pieces: ComponentChildren[] = []
  let at = 0
  for (const reference of references) {
    const start = text.indexOf(reference.text, at)
    if (start < 0) continue
    pieces.push(
      text.slice(at, start),
      <ReferenceLink key={`${reference.line}:${reference.column}`} reference={reference} />,
    )
    at = start + reference.text.length
  }
  if (pieces.length === 0) return text
  pieces.push(text.slice(at))
  return pieces
}

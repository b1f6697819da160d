import type { ComponentChildren } from 'preact'
import type { Diagnostic } from './api.ts'
import { linkTo } from './route.ts'

/** A link to a module. */
export function ModuleLink({ id, line }: { readonly id: string; readonly line?: number }) {
  return (
    <a href={linkTo('module', { id, ...(line === undefined ? {} : { line: String(line) }) })}>
      {id}
      {line !== undefined && `:${line}`}
    </a>
  )
}

/** How a reference ended, in a word and a colour. */
export function Status({ status }: { readonly status: string | null }) {
  const word = status ?? 'external'
  return <span class={`status ${word}`}>{word}</span>
}

/** The command that prints the same. */
export function Command({ words }: { readonly words: readonly string[] }) {
  const text = ['heddle', ...words.map(quoted)].join(' ')
  const copy = (): void => void navigator.clipboard?.writeText(text).catch(() => {})
  return (
    <p class="command">
      <code>{text}</code>{' '}
      <button type="button" onClick={copy}>
        copy
      </button>
    </p>
  )
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** Findings, the worst first. */
export function Findings({
  diagnostics,
  most = 200,
}: {
  readonly diagnostics: readonly Diagnostic[]
  readonly most?: number
}) {
  const weights = { error: 0, warning: 1, info: 2 }
  const sorted = diagnostics.toSorted((a, b) => weights[a.severity] - weights[b.severity])
  if (sorted.length === 0) return <p>No problems.</p>
  return (
    <>
      <ul class="findings">
        {sorted.slice(0, most).map((one, index) => (
          <li key={`${one.code} ${one.at?.path} ${one.at?.line} ${index}`} class={one.severity}>
            <span class="severity">{one.severity}</span> {one.message} <code>{one.code}</code>
            {one.hint && <div class="hint">→ {one.hint}</div>}
            {one.at && (
              <div>
                <ModuleLink id={one.at.path} line={one.at.line} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {sorted.length > most && <p>{sorted.length - most} more: heddle check prints them all.</p>}
    </>
  )
}

/** A section with a heading of its own. */
export function Section({
  title,
  children,
}: {
  readonly title: string
  readonly children: ComponentChildren
}) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

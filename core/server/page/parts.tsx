import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { api, type Refused } from './api.ts'
import { linkTo } from './route.ts'
import { useServer } from './server.ts'

/** A link to a module. */
export function ModuleLink({ id, line }: { readonly id: string; readonly line?: number }) {
  return (
    <a href={linkTo('module', { id, ...(line === undefined ? {} : { line: String(line) }) })} class="path">
      {id}
      {line !== undefined && <span class="soft">:{line}</span>}
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
  const [isCopied, setCopied] = useState(false)
  const text = commandText(words)
  const copy = (): void =>
    void navigator.clipboard?.writeText(text).then(
      () => {
        setCopied(true)
        setTimeout(() => setCopied(false), 1200)
      },
      () => {},
    )
  return (
    <p class="command">
      <span aria-hidden="true">$</span> <code>{text}</code>{' '}
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy: ${text}`}>
        {isCopied ? 'copied' : 'copy'}
      </button>
    </p>
  )
}

/** A command line as it can be pasted into a shell. */
export function commandText(words: readonly string[]): string {
  return ['heddle', ...words.map(quoted)].join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** A section with a heading of its own. */
export function Section({
  title,
  count,
  children,
}: {
  readonly title: string
  readonly count?: number
  readonly children: ComponentChildren
}) {
  return (
    <section aria-label={title}>
      <h2>
        {title} {count !== undefined && <span class="count">{count}</span>}
      </h2>
      {children}
    </section>
  )
}

/** What the server refused. */
export function Fault({ fault }: { readonly fault: Refused }) {
  return (
    <p role="alert" class="fault">
      <code>{fault.code}</code> {fault.message} {fault.hint && <span class="hint">→ {fault.hint}</span>}
    </p>
  )
}

/** Opens a place in the editor, where the server was started with one. */
export function OpenInEditor({
  path,
  line = 1,
  column = 1,
}: {
  readonly path: string
  readonly line?: number
  readonly column?: number
}) {
  const { editor } = useServer()
  const [fault, setFault] = useState<Refused>()
  if (editor === null || path.includes(':')) return null
  const open = (): void =>
    void api.open({ path, line, column }).then(
      () => setFault(undefined),
      (thrown: unknown) => setFault(thrown as Refused),
    )
  return (
    <>
      <button type="button" class="quiet" onClick={open} aria-label={`Open ${path}:${line} in ${editor}`}>
        open in {editor}
      </button>
      {fault && <Fault fault={fault} />}
    </>
  )
}

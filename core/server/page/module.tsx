import type { ComponentChildren } from 'preact'
import { api, type ModuleAnswer } from './api.ts'
import { useAsked } from './asked.ts'
import { ContextView } from './context.tsx'
import { Findings } from './findings.tsx'
import type { Live } from './live.ts'
import { Command, Fault, ModuleLink, OpenInEditor, Section, Status } from './parts.tsx'
import { Pipeline } from './pipeline.tsx'
import { Rendered } from './rendered.tsx'
import { linkTo } from './route.ts'
import { type GraphReference, isBroken, type Shown } from './state.ts'
import { ModuleText } from './text.tsx'

const tabs = [
  ['', 'Rendered'],
  ['source', 'Source'],
  ['pipeline', 'Pipeline'],
  ['context', 'Context'],
] as const

/** One module: its text with its references in it, who refers to it, what is wrong, and what dialects read in it. */
export function ModuleView({
  id,
  query,
  live,
  shown,
}: {
  readonly id: string
  readonly query: URLSearchParams
  readonly live: Live
  readonly shown: Shown
}) {
  const { value: module, fault } = useAsked(() => api.module(id), [id, lastChangeOf(id, live)])
  if (fault) return <Fault fault={fault} />
  if (!module || module.id !== id) return <p class="nothing">Loading…</p>
  const tab = query.get('tab') ?? ''
  const line = Number(query.get('line'))
  const references = shown.outgoing.get(id) ?? module.references
  return (
    <article class="module">
      <Head module={module} />
      <div class="columns">
        <section aria-label="Text">
          <nav class="tabs" aria-label="Ways to show it">
            {tabs.map(([name, title]) => (
              <a
                key={name}
                href={linkTo('module', { id, tab: name, line: query.get('line') ?? '' })}
                {...(tab === name && { 'aria-current': 'true' as const })}
              >
                {title}
              </a>
            ))}
          </nav>
          {tab === 'source' && <ModuleText text={module.text} references={references} line={line} />}
          {tab === 'context' && <ContextView id={id} query={query} generation={shown.generation} />}
          {tab === 'pipeline' && <Pipeline id={id} digest={module.digest} />}
          {tab === '' && (
            <Rendered module={module} references={references} line={line} part={query.get('part')} />
          )}
        </section>
        <Beside module={module} references={references} shown={shown} />
      </div>
    </article>
  )
}

/** The text is asked for again when the module itself was told to have changed; everything else is known by then. */
function lastChangeOf(id: string, { changes, shown }: Live): number {
  const told = changes.find(({ added, changed, removed }) =>
    [added, changed, removed].some((paths) => paths.includes(id)),
  )
  return Math.min(told?.generation ?? 0, shown?.generation ?? 0)
}

function Head({ module }: { readonly module: ModuleAnswer }) {
  const { id, title, name, layer, kind, tokens, bytes, version, pattern, description } = module
  return (
    <header class="head">
      <h1>{title ?? name}</h1>
      <p class="facts">
        <span class={`kind kind-${kind}`}>{kind}</span>
        <span class="path">{id}</span>
        <span>{layer}</span>
        <span title="Characters / 4: an estimate">~{tokens.toLocaleString('en')} tokens</span>
        <span>{bytes.toLocaleString('en')} bytes</span>
        {version && <span>version {version}</span>}
        {pattern && <span>pattern {pattern}</span>}
      </p>
      {description !== '' && <p>{description}</p>}
      <p class="actions">
        <a href={linkTo('graph', { id })}>Graph</a>
        {kind === 'command' && <a href={linkTo('runs', { command: name })}>Run…</a>}
        <OpenInEditor path={id} />
      </p>
    </header>
  )
}

function Beside({
  module,
  references,
  shown,
}: {
  readonly module: ModuleAnswer
  readonly references: readonly GraphReference[]
  readonly shown: Shown
}) {
  // What is built in is checked where it is written: only what reading it found is known here.
  const problems = shown.modules.has(module.id)
    ? (shown.diagnostics.get(module.id) ?? [])
    : module.diagnostics
  const referrers = (shown.incoming.get(module.id) ?? []).filter(({ from }) => from !== module.id)
  return (
    <div class="beside">
      <Section title="Problems" count={problems.length}>
        <Findings diagnostics={problems} />
      </Section>
      <Section title="References" count={references.length}>
        <ReferenceList references={references} />
      </Section>
      <Section title="Referred to by" count={referrers.length}>
        {referrers.length === 0 && <p class="nothing">Nobody.</p>}
        <ul class="rows">
          {referrers.slice(0, mostListed).map(({ from, line, column, text }) => (
            <li key={`${from}:${line}:${column}`}>
              <ModuleLink id={from} line={line} /> <code class="soft">{text}</code>
            </li>
          ))}
        </ul>
        <More rest={referrers.length - mostListed} href={linkTo('graph', { id: module.id })} />
        <Command words={['why', '--who', module.id]} />
      </Section>
      <Parts module={module} />
    </div>
  )
}

const mostListed = 100

function More({ rest, href }: { readonly rest: number; readonly href: string }) {
  return rest > 0 ? (
    <p>
      <a href={href}>{rest} more in the graph</a>
    </p>
  ) : null
}

/** What is broken comes first. */
function ReferenceList({ references }: { readonly references: readonly GraphReference[] }) {
  if (references.length === 0) return <p class="nothing">None.</p>
  const sorted = references.toSorted((a, b) => Number(isBroken(b)) - Number(isBroken(a)))
  return (
    <ul class="rows">
      {sorted.slice(0, mostListed).map(({ from, line, column, text, status, to, rung, suggestion }) => (
        <li key={`${line}:${column}`}>
          <Status status={status} />{' '}
          <a href={linkTo('inspector', { reference: text, from })} title="Why?">
            <code>{text}</code>
          </a>
          {to !== null && (
            <>
              {' → '}
              <ModuleLink id={to} /> {rung && <span class="soft">by {rung}</span>}
            </>
          )}
          {to === null && suggestion && (
            <span class="soft">
              {' '}
              did you mean <ModuleLink id={suggestion.path} />?
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

function Parts({ module: { id, parts, arguments: given, headings } }: { readonly module: ModuleAnswer }) {
  return (
    <>
      <Part title="Gates" rows={parts.gates}>
        {({ name, severity, text }) => (
          <>
            <span class={`gate ${severity}`}>{severity}</span> <strong>{name}</strong>{' '}
            {text !== name && <span class="soft">{text}</span>}
          </>
        )}
      </Part>
      <Part title="Settings" rows={parts.settings}>
        {({ name, default: value, required }) => (
          <>
            <code>{name}</code> {value !== null && <>= {value}</>}{' '}
            {required && <span class="soft">required</span>}
          </>
        )}
      </Part>
      <Part title="Phases" rows={parts.phases}>
        {({ name, order }) => (
          <>
            {order !== null && <span class="soft">{order}.</span>} {name}
          </>
        )}
      </Part>
      <Part title="Errors" rows={parts.errors}>
        {({ code, text }) => (
          <>
            <code>{code}</code> <span class="soft">{text}</span>
          </>
        )}
      </Part>
      <Part title="Arguments" rows={given}>
        {({ name, description, required }) => (
          <>
            <code>{name}</code> {required && <span class="soft">required</span>} {description}
          </>
        )}
      </Part>
      <Part title="Headings" rows={headings}>
        {({ depth, text, slug }) => (
          <a href={linkTo('module', { id, part: slug })} style={{ paddingLeft: `${depth - 1}rem` }}>
            {text}
          </a>
        )}
      </Part>
    </>
  )
}

function Part<T>({
  title,
  rows,
  children,
}: {
  readonly title: string
  readonly rows: readonly T[]
  readonly children: (row: T) => ComponentChildren
}) {
  if (rows.length === 0) return null
  return (
    <Section title={title} count={rows.length}>
      <ul class="rows">
        {rows.map((row, index) => (
          <li key={index}>{children(row)}</li>
        ))}
      </ul>
    </Section>
  )
}

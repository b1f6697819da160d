import { useMemo, useState } from 'preact/hooks'
import { Findings } from './findings.tsx'
import type { Told } from './live.ts'
import { Command, ModuleLink, Section } from './parts.tsx'
import { linkTo } from './route.ts'
import type { GraphModule, Shown } from './state.ts'

const mostNamed = 12

/** Counts, problems, where one starts, what nobody needs, and what changes. */
export function Overview({ shown, changes }: { readonly shown: Shown; readonly changes: readonly Told[] }) {
  const { report, diagnostics, modules, cycles } = shown
  const all = useMemo(() => [...diagnostics.values()].flat(), [diagnostics])
  const list = useMemo(() => [...modules.values()], [modules])
  return (
    <>
      <h1 class="unseen">Overview</h1>
      <Counts report={report} />
      <div class="columns">
        <Section title="Problems" count={all.length}>
          <Findings diagnostics={all} />
          <Command words={['check']} />
        </Section>
        <div>
          <Changes changes={changes} />
          <Named title="Entry points" modules={list.filter(({ entry }) => entry)} />
          <Named title="Orphans" modules={list.filter(({ orphan }) => orphan)} />
          <Section title="Cycles" count={cycles.length}>
            {cycles.length === 0 && <p class="nothing">None.</p>}
            <ul>
              {cycles.map((cycle) => (
                <li key={cycle.join(' ')}>
                  {cycle.map((id, index) => (
                    <span key={index}>
                      {index > 0 && ' → '}
                      <ModuleLink id={id} />
                    </span>
                  ))}
                </li>
              ))}
            </ul>
          </Section>
        </div>
      </div>
    </>
  )
}

function Counts({ report: { modules, references } }: Pick<Shown, 'report'>) {
  const { total, ...ends } = references
  return (
    <dl class="counts">
      <div>
        <dt>files</dt>
        <dd data-count="files">
          <a href={linkTo('modules')}>{modules.toLocaleString('en')}</a>
        </dd>
      </div>
      <div>
        <dt>references</dt>
        <dd data-count="references">{total.toLocaleString('en')}</dd>
      </div>
      {Object.entries(ends).map(([status, count]) => (
        <div key={status} class={count > 0 ? status : ''}>
          <dt>{status}</dt>
          <dd data-count={status}>
            <a href={linkTo('modules', { status })}>{count.toLocaleString('en')}</a>
          </dd>
        </div>
      ))}
    </dl>
  )
}

const signs = { added: '+', changed: '~', removed: '−' } as const

function Changes({ changes }: { readonly changes: readonly Told[] }) {
  return (
    <Section title="Changes">
      {changes.length === 0 && <p class="nothing">None since this page was opened. Save a file.</p>}
      <ol class="changes" aria-live="polite">
        {changes.slice(0, 8).map((told) => (
          <li key={told.generation}>
            <time dateTime={told.at.toISOString()}>{told.at.toTimeString().slice(0, 8)}</time>
            <span>
              {(['added', 'changed', 'removed'] as const).map((what) => (
                <ChangedPaths key={what} what={what} paths={told[what]} />
              ))}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function ChangedPaths({
  what,
  paths,
}: {
  readonly what: keyof typeof signs
  readonly paths: readonly string[]
}) {
  const most = 4
  return (
    <>
      {paths.slice(0, most).map((id) => (
        <span key={id} class={`change ${what}`}>
          <span aria-label={what}>{signs[what]}</span> {what === 'removed' ? id : <ModuleLink id={id} />}
        </span>
      ))}
      {paths.length > most && (
        <span class="soft">
          and {paths.length - most} more {what}
        </span>
      )}
    </>
  )
}

function Named({ title, modules }: { readonly title: string; readonly modules: readonly GraphModule[] }) {
  const [isWhole, setWhole] = useState(false)
  return (
    <Section title={title} count={modules.length}>
      {modules.length === 0 && <p class="nothing">None.</p>}
      <ul>
        {modules.slice(0, isWhole ? undefined : mostNamed).map(({ id, title: name }) => (
          <li key={id}>
            <ModuleLink id={id} /> <span class="soft">{name}</span>
          </li>
        ))}
      </ul>
      {modules.length > mostNamed && (
        <button type="button" class="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'fewer' : `all ${modules.length}`}
        </button>
      )}
    </Section>
  )
}

import type { Live, Told } from './live.ts'
import { Command, Findings, ModuleLink, Section } from './parts.tsx'

const mostNamed = 50

/** Counts, problems, where one starts, what nobody needs, and what changes. */
export function Overview({ graph, report, changes }: Live) {
  if (!graph || !report) return <p>Loading…</p>
  const { total, resolved, searched, missing, ambiguous, outside } = report.references
  const counts = [
    ['files', report.modules],
    ['references', total],
    ['resolved', resolved],
    ['searched', searched],
    ['missing', missing],
    ['ambiguous', ambiguous],
    ['outside', outside],
  ] as const
  return (
    <>
      <dl class="counts">
        {counts.map(([what, count]) => (
          <div key={what} class={count > 0 ? what : ''}>
            <dt>{what}</dt>
            <dd data-count={what}>{count}</dd>
          </div>
        ))}
      </dl>
      <Command words={['check']} />
      <div class="columns">
        <Section title={`Problems (${report.diagnostics.length})`}>
          <Findings diagnostics={report.diagnostics} />
        </Section>
        <div>
          <Changes changes={changes} />
          <Named title="Entry points" ids={graph.modules.filter(({ entry }) => entry).map(({ id }) => id)} />
          <Named title="Orphans" ids={graph.modules.filter(({ orphan }) => orphan).map(({ id }) => id)} />
          <Section title={`Cycles (${graph.cycles.length})`}>
            {graph.cycles.length === 0 && <p>None.</p>}
            <ul>
              {graph.cycles.map((cycle) => (
                <li key={cycle.join(' ')}>{cycle.join(' → ')}</li>
              ))}
            </ul>
          </Section>
        </div>
      </div>
    </>
  )
}

function Changes({ changes }: { readonly changes: readonly Told[] }) {
  return (
    <Section title="Changes">
      {changes.length === 0 && <p>None since this page was opened.</p>}
      <ol class="changes" aria-live="polite">
        {changes.slice(0, 10).map(({ generation, at, added, changed, removed }) => (
          <li key={generation}>
            <time dateTime={at.toISOString()}>{at.toTimeString().slice(0, 8)}</time>{' '}
            {[
              ...added.map((id) => `+ ${id}`),
              ...changed.map((id) => `~ ${id}`),
              ...removed.map((id) => `− ${id}`),
            ]
              .slice(0, 5)
              .join(', ')}
          </li>
        ))}
      </ol>
    </Section>
  )
}

function Named({ title, ids }: { readonly title: string; readonly ids: readonly string[] }) {
  return (
    <Section title={`${title} (${ids.length})`}>
      {ids.length === 0 && <p>None.</p>}
      <ul>
        {ids.slice(0, mostNamed).map((id) => (
          <li key={id}>
            <ModuleLink id={id} />
          </li>
        ))}
      </ul>
      {ids.length > mostNamed && <p>{ids.length - mostNamed} more in the table of modules.</p>}
    </Section>
  )
}

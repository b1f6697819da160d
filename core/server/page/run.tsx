import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Report } from '../../index.ts'
import { api, type RunSummary, type Refused, type ShownRun } from './api.ts'
import { useAsked } from './asked.ts'
import { Findings } from './findings.tsx'
import { Output } from './output.tsx'
import { Command, Fault, Section } from './parts.tsx'
import { linkTo } from './route.ts'
import { useRunEvents } from './run-events.ts'
import { type Bar, barKey, type Timeline, timelineOf } from './timeline.ts'
import { formatMs, TimelineDrawing } from './timeline-drawing.tsx'
import { useServer } from './server.ts'

type Outcome = Report['groups'][number]['operations'][number]

/** One run, while it goes on or afterwards: its time line, its gates, its groups, and each output in full. */
export function RunView({
  id,
  query,
  told,
}: {
  readonly id: string
  readonly query: URLSearchParams
  /** The run that was last told to begin or end. */
  readonly told: RunSummary | undefined
}) {
  const { events, isOver } = useRunEvents(id)
  const timeline = useMemo(() => timelineOf(events), [events])
  const isTold = told?.id === id ? told.status : ''
  const { value: shown, fault } = useAsked(() => api.run(id), [id, isOver, isTold])
  if (fault) return <Fault fault={fault} />
  if (!shown) return <p class="nothing">Loading…</p>
  const chosen = query.get('operation') ?? ''
  const bar = timeline.bars.find((one) => `${one.group}/${one.name}` === chosen)
  const linkOf = (one: Bar): string => linkTo('run', { id, operation: `${one.group}/${one.name}` })
  return (
    <article class="run">
      <RunHead shown={shown} timeline={timeline} />
      <Measured>
        {(width) => (
          <TimelineDrawing
            timeline={timeline}
            width={width}
            chosen={bar ? barKey(bar) : ''}
            linkOf={linkOf}
          />
        )}
      </Measured>
      <p class="legend">
        <span class="line wait">waited</span>
        <span class="swatch given-up">a try that did not stand</span>
        <span class="swatch fallback">once more, alone</span>
        <span class="line critical">critical path</span>
      </p>
      {bar && <Operation bar={bar} outcome={outcomeOf(shown, bar)} run={id} />}
      <div class="columns">
        <Groups shown={shown} timeline={timeline} linkOf={linkOf} />
        <div>
          <Gates report={shown.report} />
          <Section title="Findings" count={(shown.report?.diagnostics ?? shown.diagnostics).length}>
            <Findings diagnostics={shown.report?.diagnostics ?? shown.diagnostics} />
          </Section>
          <Command words={['runs', 'show', id.slice(0, 8)]} />
        </div>
      </div>
    </article>
  )
}

/** A drawing as wide as there is room. */
function Measured({ children }: { readonly children: (width: number) => preact.ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(900)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(entry!.contentRect.width, 320)))
    observer.observe(place.current!)
    return () => observer.disconnect()
  }, [])
  return <div ref={place}>{children(width)}</div>
}

function RunHead({
  shown: { run, report },
  timeline,
}: {
  readonly shown: ShownRun
  readonly timeline: Timeline
}) {
  const [fault, setFault] = useState<Refused>()
  const { allowRun } = useServer()
  const cancel = (): void => void api.cancel(run.id).catch((thrown: unknown) => setFault(thrown as Refused))
  const again = linkTo('runs', { command: run.command, arguments: run.arguments.join(' ') })
  return (
    <header class="head">
      <h1>
        {run.command} {run.arguments.join(' ')}
      </h1>
      <p class="facts">
        <span class={`outcome ${run.status}`}>{run.status}</span>
        <span class="path">{run.id.slice(0, 8)}</span>
        <time dateTime={run.startedAt}>{new Date(run.startedAt).toLocaleString()}</time>
        <span>{timeline.bars.length} operations</span>
        {!report && <span>{formatMs(timeline.endMs)} so far</span>}
      </p>
      {report && <Timing report={report} />}
      <p class="actions">
        {run.status === 'running' && allowRun && (
          <button type="button" class="danger" onClick={cancel}>
            Cancel
          </button>
        )}
        {run.status !== 'running' && allowRun && <a href={again}>Run again…</a>}
        <a href={linkTo('runs')}>All runs</a>
      </p>
      {fault && <Fault fault={fault} />}
    </header>
  )
}

function Timing({ report: { timing, recovery } }: { readonly report: Report }) {
  const { wallMs, serialMs, criticalPathMs, reduction } = timing
  const facts = [
    ['took', formatMs(wallMs)],
    ['one by one', formatMs(serialMs)],
    ['critical path', formatMs(criticalPathMs)],
    ['saved', `${Math.round(reduction * 100)} %`],
    ...(recovery.retries > 0 ? [['retries', String(recovery.retries)]] : []),
    ...(recovery.fallbacks > 0 ? [['fallbacks', String(recovery.fallbacks)]] : []),
    ...(recovery.recovered > 0 ? [['recovered', String(recovery.recovered)]] : []),
  ] as const
  return (
    <dl class="counts small">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function outcomeOf({ groups }: ShownRun, { group, name }: Bar): Outcome | undefined {
  return groups.find((one) => one.name === group)?.operations.find((one) => one.name === name)
}

function Operation({
  bar,
  outcome,
  run,
}: {
  readonly bar: Bar
  readonly outcome: Outcome | undefined
  readonly run: string
}) {
  const { group, name, kind, lane, status, moments, attempts, worker, isCritical } = bar
  const facts = [kind, lane && `lane ${lane}`, worker && `on ${worker}`, isCritical && 'on the critical path']
  return (
    <section class="operation" aria-label={`Operation ${group}/${name}`}>
      <h2>
        <span class={`outcome ${status}`}>{status}</span> {group}/{name}
        <a href={linkTo('run', { id: run })} class="close" aria-label="Close">
          ×
        </a>
      </h2>
      <p class="facts">
        {facts.filter(Boolean).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        {outcome && <span>ran {formatMs(outcome.ranMs)}</span>}
        {outcome && outcome.queuedMs > 0 && <span>queued {formatMs(outcome.queuedMs)}</span>}
        {attempts.length > 1 && <span>{attempts.length} tries</span>}
      </p>
      {bar.error && (
        <p class="fault">
          <code>{bar.error.code}</code> {bar.error.message}{' '}
          {bar.error.hint && <span class="hint">→ {bar.error.hint}</span>}
        </p>
      )}
      {moments.length > 0 && (
        <ol class="moments">
          {moments.map(({ at, text }, index) => (
            <li key={index}>
              <span class="soft">{formatMs(at)}</span> {text}
            </li>
          ))}
        </ol>
      )}
      <Output run={run} value={outcome?.output} />
      <Command words={['why', '--run', run.slice(0, 8), `${group}/${name}`]} />
    </section>
  )
}

function Groups({
  shown,
  timeline,
  linkOf,
}: {
  readonly shown: ShownRun
  readonly timeline: Timeline
  linkOf(bar: Bar): string
}) {
  return (
    <Section title="Groups" count={timeline.groups.length}>
      {timeline.groups.map(({ name, needs }) => {
        const bars = timeline.bars.filter(({ group }) => group === name)
        const synthesis = shown.groups.find((group) => group.name === name)?.synthesis
        return (
          <details key={name} class="group" open={timeline.groups.length <= 6}>
            <summary>
              <strong>{name}</strong> <span class="soft">{bars.length} operations</span>
              {needs.length > 0 && <span class="soft"> needs {needs.join(', ')}</span>}
            </summary>
            <ul class="rows">
              {bars.slice(0, mostListed).map((bar) => (
                <li key={barKey(bar)}>
                  <span class={`outcome ${bar.status}`}>{bar.status}</span>{' '}
                  <a href={linkOf(bar)}>{bar.name}</a> <span class="soft">{bar.kind}</span>
                </li>
              ))}
            </ul>
            {bars.length > mostListed && <p class="soft">{bars.length - mostListed} more on the time line</p>}
            {synthesis !== null && synthesis !== undefined && (
              <details>
                <summary>Synthesis</summary>
                <Output run={shown.run.id} value={synthesis} />
              </details>
            )}
          </details>
        )
      })}
    </Section>
  )
}

const mostListed = 200

function Gates({ report }: { readonly report: Report | null }) {
  const gates = report?.gates ?? []
  return (
    <Section title="Gates" count={gates.length}>
      {gates.length === 0 && <p class="nothing">{report ? 'None.' : 'Known when the run has ended.'}</p>}
      <ul class="rows">
        {gates.map(({ name, severity, status }, index) => (
          <li key={`${name} ${index}`}>
            <span class={`outcome ${status}`}>{status}</span> {name}{' '}
            <span class={`gate ${severity}`}>{severity}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

import { useMemo } from 'preact/hooks'
import { GraphDrawing } from './graph-drawing.tsx'
import {
  mostDrawn,
  mostReferred,
  type Scope,
  scopeAround,
  type ScopeFilter,
  scopeOfPath,
} from './graph-scope.ts'
import { Command } from './parts.tsx'
import { ModulePicker } from './picker.tsx'
import { goTo, linkTo, replaceRoute } from './route.ts'
import type { Shown } from './state.ts'
import { Filters, ModuleTable } from './table.tsx'
import { WholeGraph } from './whole-graph.tsx'

const modes = [
  ['', 'Neighbours'],
  ['path', 'Path'],
  ['whole', 'Whole'],
] as const

interface GraphProps {
  /** The module in the middle; the one that most refer to when empty. */
  readonly id: string
  readonly shown: Shown
  readonly query: URLSearchParams
}

/** How modules hang together: round one of them, between two, or all; below it the same modules as a table. */
export function GraphView({ id: asked, shown, query }: GraphProps) {
  const id = useMemo(
    () => (asked === '' ? (mostReferred(shown) ?? '') : asked),
    [asked, asked === '' && shown],
  )
  const mode = query.get('mode') ?? ''
  const parameters = Object.fromEntries(query)
  const go = (more: Readonly<Record<string, string>>): void =>
    replaceRoute(linkTo('graph', { id: asked, ...parameters, ...more }))
  const linkOf = (other: string): string => linkTo('graph', { ...parameters, most: '', id: other })
  const filter = filterIn(query)
  const props = { id, shown, query, filter, go, linkOf }
  return (
    <>
      <h1 class="unseen">Graph</h1>
      <nav class="tabs" aria-label="Ways to show it">
        {modes.map(([name, title]) => (
          <a
            key={name}
            href={linkTo('graph', { id: asked, ...parameters, mode: name })}
            {...(mode === name && { 'aria-current': 'true' as const })}
          >
            {title}
          </a>
        ))}
      </nav>
      {mode === 'path' && <Between {...props} />}
      {mode === 'whole' && <Whole {...props} />}
      {mode === '' && <Around {...props} />}
      <Command words={['graph', '--format', 'mermaid']} />
    </>
  )
}

interface ModeProps extends GraphProps {
  readonly filter: ScopeFilter
  go(more: Readonly<Record<string, string>>): void
  linkOf(id: string): string
}

function filterIn(query: URLSearchParams): ScopeFilter {
  return { kind: query.get('kind') ?? '', layer: query.get('layer') ?? '', status: query.get('status') ?? '' }
}

function Around({ id, shown, query, filter, go, linkOf }: ModeProps) {
  const depth = Math.min(Math.max(Number(query.get('depth')) || 1, 1), 5)
  const scope = useMemo(
    () => scopeAround(shown, { id, depth, filter }),
    [shown, id, depth, ...Object.values(filter)],
  )
  return (
    <>
      <div class="filters">
        <ModulePicker label="Round" id="round" value={id} shown={shown} choose={(one) => goTo(linkOf(one))} />
        <label>
          Steps{' '}
          <select value={depth} onChange={({ currentTarget }) => go({ depth: currentTarget.value })}>
            {[1, 2, 3, 4, 5].map((step) => (
              <option key={step}>{step}</option>
            ))}
          </select>
        </label>
        <a href={linkTo('module', { id })}>Open module</a>
        <a href={linkTo('graph', { id, mode: 'path' })}>Path from here</a>
      </div>
      <Filters shown={shown} query={query} go={go} />
      <Legend scope={scope} />
      <GraphDrawing scope={scope} middle={[id]} linkOf={linkOf} />
      <ModuleTable shown={shown} among={scope.modules} query={query} go={go} />
    </>
  )
}

function Between({ id, shown, query, filter, go }: ModeProps) {
  const to = query.get('to') ?? ''
  const found = useMemo(
    () => findPath(shown, { from: id, to, filter }),
    [shown, id, to, ...Object.values(filter)],
  )
  return (
    <>
      <div class="filters">
        <ModulePicker
          label="From"
          id="from"
          value={id}
          shown={shown}
          choose={(one) => goTo(linkTo('graph', { ...Object.fromEntries(query), id: one }))}
        />
        <ModulePicker label="to" id="to" value={to} shown={shown} choose={(one) => go({ to: one })} />
        {to !== '' && <a href={linkTo('graph', { ...Object.fromEntries(query), id: to, to: id })}>Swap</a>}
      </div>
      {to === '' && <p class="nothing">Choose a module to go to.</p>}
      {to !== '' && !found && (
        <p class="nothing">
          No path leads from {id} to {to}, nor back.
        </p>
      )}
      {found && (
        <>
          {found.isBack && (
            <p class="warning">
              No path leads there; this is the way back, from {to} to {id}.
            </p>
          )}
          <GraphDrawing
            scope={found.scope}
            middle={[id, to]}
            linkOf={(one) => linkTo('graph', { id: one })}
          />
          <ModuleTable shown={shown} among={found.scope.modules} query={query} go={go} />
        </>
      )}
    </>
  )
}

function findPath(
  shown: Shown,
  { from, to, filter }: { readonly from: string; readonly to: string; readonly filter: ScopeFilter },
): { readonly scope: Scope; readonly isBack: boolean } | undefined {
  if (to === '') return undefined
  const there = scopeOfPath(shown, { from, to, filter })
  if (there) return { scope: there, isBack: false }
  const back = scopeOfPath(shown, { from: to, to: from, filter })
  return back && { scope: back, isBack: true }
}

function Whole({ shown, query, filter, go }: ModeProps) {
  return (
    <>
      <Filters shown={shown} query={query} go={go} />
      <WholeGraph
        shown={shown}
        filter={filter}
        words={query.get('q') ?? ''}
        open={(id) => goTo(linkTo('graph', { id }))}
      />
      <ModuleTable shown={shown} query={query} go={go} />
    </>
  )
}

function Legend({ scope: { nodes, left } }: { readonly scope: Scope }) {
  const ghosts = nodes.filter(({ isGhost }) => isGhost).length
  const rest = left.before + left.after
  return (
    <p class="legend">
      <span class="line resolved">resolved</span>
      <span class="line searched">searched</span>
      <span class="line missing">broken{ghosts > 0 && ` (${ghosts} here)`}</span>
      {rest > 0 && (
        <span>
          the {mostDrawn} nearest are drawn; {left.before} more lead here and {left.after} more are led to:
          all of them stand below
        </span>
      )}
    </p>
  )
}

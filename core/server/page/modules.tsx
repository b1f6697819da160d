import { useMemo } from 'preact/hooks'
import type { Graph } from './api.ts'
import { Command, ModuleLink } from './parts.tsx'
import { linkTo, replaceRoute } from './route.ts'

interface Row {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly refers: number
  readonly referred: number
  readonly broken: number
  readonly tokens: number
}

const columns = ['id', 'kind', 'title', 'refers', 'referred', 'broken', 'tokens'] as const
type Column = (typeof columns)[number]
const pageSize = 300

/** Every module in a table that can be searched, filtered and sorted; all of that stands in the address. */
export function Modules({
  graph,
  query,
}: {
  readonly graph: Graph | undefined
  readonly query: URLSearchParams
}) {
  const rows = useMemo(() => (graph ? rowsOf(graph) : []), [graph])
  const kinds = useMemo(() => [...new Set(rows.map(({ kind }) => kind))].toSorted(), [rows])
  const state = {
    q: query.get('q') ?? '',
    kind: query.get('kind') ?? '',
    broken: query.get('broken') ?? '',
    sort: query.get('sort') ?? 'id',
    most: query.get('most') ?? '',
  }
  const go = (more: Partial<typeof state>): void => replaceRoute(linkTo('modules', { ...state, ...more }))
  const found = useMemo(() => select(rows, state), [rows, state.q, state.kind, state.broken, state.sort])
  const most = Number(state.most) || pageSize
  return (
    <>
      <search class="filters">
        <label>
          Search{' '}
          <input
            type="search"
            value={state.q}
            onInput={({ currentTarget }) => go({ q: currentTarget.value })}
          />
        </label>
        <label>
          Kind{' '}
          <select value={state.kind} onChange={({ currentTarget }) => go({ kind: currentTarget.value })}>
            <option value="">all</option>
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={state.broken !== ''}
            onChange={({ currentTarget }) => go({ broken: currentTarget.checked ? 'yes' : '' })}
          />{' '}
          broken only
        </label>
        <output>
          {found.length} of {rows.length}
        </output>
      </search>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" aria-sort={state.sort === column ? orderOf(column) : 'none'}>
                <button type="button" onClick={() => go({ sort: column })}>
                  {column}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.slice(0, most).map(({ id, kind, title, refers, referred, broken, tokens }) => (
            <tr key={id}>
              <th scope="row">
                <ModuleLink id={id} />
              </th>
              <td>{kind}</td>
              <td>{title}</td>
              <td class="number">{refers}</td>
              <td class="number">{referred}</td>
              <td class={broken > 0 ? 'number bad' : 'number'}>{broken}</td>
              <td class="number">{tokens}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > most && (
        <button type="button" onClick={() => go({ most: String(most + pageSize) })}>
          Show {Math.min(pageSize, found.length - most)} more
        </button>
      )}
      <Command words={['graph', '--format', 'json']} />
    </>
  )
}

function rowsOf({ modules, references }: Graph): Row[] {
  const counts = new Map(modules.map(({ id }) => [id, { refers: 0, referred: 0, broken: 0 }]))
  for (const { from, to, status, class: kind, form } of references) {
    if (form === 'mention') continue
    const own = counts.get(from)
    if (own) own.refers++
    const other = to === null || to === from ? undefined : counts.get(to)
    if (other) other.referred++
    if (own && (kind === 'module' || kind === 'file') && to === null && status !== null) own.broken++
  }
  return modules.map(({ id, kind, title, tokens }) => ({
    id,
    kind,
    title: title ?? '',
    tokens,
    ...counts.get(id)!,
  }))
}

interface Selection {
  readonly q: string
  readonly kind: string
  readonly broken: string
  readonly sort: string
}

function select(rows: readonly Row[], { q, kind, broken, sort }: Selection): Row[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const column = columns.find((one) => one === sort) ?? 'id'
  return rows
    .filter((row) => kind === '' || row.kind === kind)
    .filter((row) => broken === '' || row.broken > 0)
    .filter(({ id, title }) => words.every((word) => `${id} ${title}`.toLowerCase().includes(word)))
    .sort((a, b) => compare(a[column], b[column]) || compare(a.id, b.id))
}

/** Texts upward, figures downward. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a
  return a < b ? -1 : a > b ? 1 : 0
}

function orderOf(column: Column): 'ascending' | 'descending' {
  return ['id', 'kind', 'title'].includes(column) ? 'ascending' : 'descending'
}

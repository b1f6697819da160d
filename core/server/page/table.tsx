import { useMemo } from 'preact/hooks'
import { ModuleLink } from './parts.tsx'
import { linkTo } from './route.ts'
import { type Column, columns, type Row, rowsOf, type Selection, selectRows } from './rows.ts'
import type { Shown } from './state.ts'

export interface TableProps {
  readonly shown: Shown
  /** Which modules there are; all when left out. */
  readonly among?: ReadonlySet<string> | undefined
  readonly query: URLSearchParams
  /** Puts parameters into the address. */
  go(more: Readonly<Record<string, string>>): void
}

const pageSize = 200
const statuses = ['broken', 'resolved', 'searched', 'missing', 'ambiguous', 'outside'] as const

/** What the filters choose, as it stands in the address. */
export function selectionIn(query: URLSearchParams): Selection {
  const get = (name: string): string => query.get(name) ?? ''
  return {
    q: get('q'),
    kind: get('kind'),
    layer: get('layer'),
    status: get('status'),
    sort: get('sort') || 'id',
  }
}

/** Filters by words, kind, status and layer. */
export function Filters({ shown, query, go }: TableProps) {
  const { q, kind, layer, status } = selectionIn(query)
  const rows = useMemo(() => rowsOf(shown), [shown])
  const kinds = useMemo(() => distinct(rows, 'kind'), [rows])
  const layers = useMemo(() => distinct(rows, 'layer'), [rows])
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Search"
        placeholder="Search paths and titles  ( / )"
        value={q}
        onInput={({ currentTarget }) => go({ q: currentTarget.value, most: '' })}
      />
      <Choice name="Kind" value={kind} options={kinds} choose={(value) => go({ kind: value })} />
      <Choice name="Status" value={status} options={statuses} choose={(value) => go({ status: value })} />
      {layers.length > 1 && (
        <Choice name="Layer" value={layer} options={layers} choose={(value) => go({ layer: value })} />
      )}
    </search>
  )
}

function distinct(rows: readonly Row[], key: 'kind' | 'layer'): string[] {
  return [...new Set(rows.map((row) => row[key]))].toSorted()
}

function Choice({
  name,
  value,
  options,
  choose,
}: {
  readonly name: string
  readonly value: string
  readonly options: readonly string[]
  choose(value: string): void
}) {
  return (
    <label>
      {name}{' '}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">any</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  )
}

/** The chosen modules with their figures; each row leads to its module and to its place in the graph. */
export function ModuleTable({ shown, among, query, go }: TableProps) {
  const selection = selectionIn(query)
  const rows = useMemo(() => {
    const all = rowsOf(shown)
    return among ? all.filter(({ id }) => among.has(id)) : all
  }, [shown, among])
  const found = useMemo(() => selectRows(rows, selection, shown), [rows, ...Object.values(selection)])
  const most = Number(query.get('most')) || pageSize
  return (
    <div class="table">
      <p class="soft" role="status">
        {found.length} of {rows.length} modules
      </p>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                class={isNumber(column) ? 'number' : ''}
                aria-sort={
                  selection.sort === column ? (isNumber(column) ? 'descending' : 'ascending') : 'none'
                }
              >
                <button type="button" onClick={() => go({ sort: column })}>
                  {column}
                </button>
              </th>
            ))}
            <th scope="col">
              <span class="unseen">graph</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, most).map((row) => (
            <TableRow key={row.id} row={row} />
          ))}
        </tbody>
      </table>
      {found.length > most && (
        <button type="button" onClick={() => go({ most: String(most + pageSize) })}>
          Show {Math.min(pageSize, found.length - most)} more
        </button>
      )}
      {found.length === 0 && <p class="nothing">No module fits these filters.</p>}
    </div>
  )
}

function TableRow({ row }: { readonly row: Row }) {
  return (
    <tr>
      <th scope="row">
        <ModuleLink id={row.id} />
      </th>
      <td>
        <span class={`kind kind-${row.kind}`}>{row.kind}</span>
      </td>
      <td class="soft">{row.layer}</td>
      <td>{row.title}</td>
      {(['refers', 'referred', 'broken', 'problems', 'tokens'] as const).map((column) => (
        <td key={column} class={`number${column === 'broken' && row.broken > 0 ? ' bad' : ''}`}>
          {row[column] === 0 ? <span class="soft">0</span> : row[column].toLocaleString('en')}
        </td>
      ))}
      <td>
        <a href={linkTo('graph', { id: row.id })} aria-label={`Graph round ${row.id}`} title="Neighbours">
          ⌥
        </a>
      </td>
    </tr>
  )
}

function isNumber(column: Column): boolean {
  return !['id', 'kind', 'layer', 'title'].includes(column)
}

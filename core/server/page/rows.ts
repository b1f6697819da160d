import type { Shown } from './state.ts'
import { isBroken } from './state.ts'

/** One module in a table. */
export interface Row {
  readonly id: string
  readonly kind: string
  readonly layer: string
  readonly title: string
  /** How many references it holds, and how many lead to it from elsewhere. */
  readonly refers: number
  readonly referred: number
  readonly broken: number
  readonly problems: number
  readonly tokens: number
}

/** What rows may be chosen by; empty texts choose nothing. */
export interface Selection {
  readonly q: string
  readonly kind: string
  readonly layer: string
  /** Holds a reference that ended so; `broken` stands for all that are wrong. */
  readonly status: string
  readonly sort: string
}

/** Columns in the order of the table. */
export const columns = [
  'id',
  'kind',
  'layer',
  'title',
  'refers',
  'referred',
  'broken',
  'problems',
  'tokens',
] as const
export type Column = (typeof columns)[number]

/** The layer that an id belongs to: other layers than the project have a label before their paths. */
export function layerOf(id: string): string {
  const label = /^([\w@./-]+):/.exec(id)?.[1]
  if (label === undefined) return 'project'
  return label === 'heddle' ? 'built-in' : label
}

/** A row for every module of the project and the user. */
export function rowsOf({ modules, outgoing, incoming, diagnostics }: Shown): Row[] {
  return [...modules.values()].map(({ id, kind, title, tokens }) => {
    const own = (outgoing.get(id) ?? []).filter(({ form }) => form !== 'mention')
    const others = (incoming.get(id) ?? []).filter(({ from, form }) => form !== 'mention' && from !== id)
    return {
      id,
      kind,
      layer: layerOf(id),
      title: title ?? '',
      refers: own.length,
      referred: others.length,
      broken: own.filter(isBroken).length,
      problems: diagnostics.get(id)?.length ?? 0,
      tokens,
    }
  })
}

/** The rows that are chosen, sorted: texts upward, figures downward. */
export function selectRows(rows: readonly Row[], selection: Selection, shown: Shown): Row[] {
  const { q, kind, layer, status, sort } = selection
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const column = columns.find((one) => one === sort) ?? 'id'
  const hasStatus = ({ id, broken }: Row): boolean =>
    status === '' ||
    (status === 'broken' ? broken > 0 : (shown.outgoing.get(id) ?? []).some((one) => one.status === status))
  return rows
    .filter((row) => (kind === '' || row.kind === kind) && (layer === '' || row.layer === layer))
    .filter(hasStatus)
    .filter(({ id, title }) => words.every((word) => `${id} ${title}`.toLowerCase().includes(word)))
    .sort((a, b) => compare(a[column], b[column]) || compare(a.id, b.id))
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a
  return a < b ? -1 : a > b ? 1 : 0
}

import { layerOf } from './rows.ts'
import { type GraphReference, isBroken, type Shown } from './state.ts'

/** A module, or what a broken reference would name, as a node of a drawing. */
export interface ScopeNode {
  readonly id: string
  readonly kind: string
  readonly layer: string
  /** How far from the module in the middle; negative for those that lead to it. */
  readonly rank: number
  /** True for what is not there. */
  readonly isGhost: boolean
  readonly broken: number
}

/** All references between two nodes; the worst of them tells how it is drawn. */
export interface ScopeEdge {
  readonly from: string
  readonly to: string
  readonly status: string
  readonly references: readonly GraphReference[]
}

/** What is to be drawn, and what belongs to it. */
export interface Scope {
  readonly nodes: readonly ScopeNode[]
  readonly edges: readonly ScopeEdge[]
  /** Every module that belongs to it, drawn or not. */
  readonly modules: ReadonlySet<string>
  /** How many were left out of the drawing on each side: those that lead here, and those that are led to. */
  readonly left: { readonly before: number; readonly after: number }
}

/** What may be shown; empty texts allow everything. */
export interface ScopeFilter {
  readonly kind: string
  readonly layer: string
  readonly status: string
}

/** More than that nobody can read in one drawing; all of them stand in the table. */
export const mostDrawn = 40
const fewDrawn = 16

/** A module with what lies at most `depth` references away, what is broken and what is nearest first. */
export function scopeAround(
  shown: Shown,
  { id, depth, filter }: { readonly id: string; readonly depth: number; readonly filter: ScopeFilter },
): Scope {
  const ranks = new Map([[id, 0]])
  spread(shown, { ranks, depth, by: 1, filter })
  spread(shown, { ranks, depth, by: -1, filter })
  const all = [...ranks].filter(([one]) => one === id || isAllowed(shown, one, filter))
  const order = (one: string): number =>
    -((shown.incoming.get(one)?.length ?? 0) + 1000 * brokenIn(shown, one))
  const kept = all.toSorted(([a, ra], [b, rb]) => Math.abs(ra) - Math.abs(rb) || order(a) - order(b))
  const drawn = new Map(kept.slice(0, mostDrawn))
  const rest = kept.slice(mostDrawn)
  const { nodes, edges } = draw(shown, { ranks: drawn, filter, ghostsOf: new Set([id]) })
  // Where many stand round one, what they have to do with each other would hide what they have to do with it.
  const isOutward = ({ from, to }: ScopeEdge): boolean =>
    drawn.size <= fewDrawn || Math.abs(drawn.get(from) ?? 0) !== Math.abs(drawn.get(to) ?? 1)
  return {
    nodes,
    edges: edges.filter(isOutward),
    modules: new Set(all.map(([one]) => one)),
    left: {
      before: rest.filter(([, rank]) => rank < 0).length,
      after: rest.filter(([, rank]) => rank > 0).length,
    },
  }
}

interface Spreading {
  readonly ranks: Map<string, number>
  readonly depth: number
  /** 1 goes along references, -1 against them. */
  readonly by: 1 | -1
  readonly filter: ScopeFilter
}

function spread(shown: Shown, { ranks, depth, by, filter }: Spreading): void {
  let edge = [...ranks].filter(([, rank]) => rank === 0).map(([id]) => id)
  for (let step = 1; step <= depth; step++) {
    const next: string[] = []
    for (const at of edge)
      for (const other of by === 1
        ? targetsOf(shown, at, filter.status)
        : sourcesOf(shown, at, filter.status))
        if (!ranks.has(other)) {
          ranks.set(other, step * by)
          next.push(other)
        }
    edge = next
  }
}

/** All shortest ways from one module to another along references; undefined when there is none. */
export function scopeOfPath(
  shown: Shown,
  { from, to, filter }: { readonly from: string; readonly to: string; readonly filter: ScopeFilter },
): Scope | undefined {
  const distance = distancesFrom(shown, from, filter.status)
  const length = distance.get(to)
  if (length === undefined) return undefined
  const ranks = new Map([[to, length]])
  let edge = [to]
  for (let step = length - 1; step >= 0; step--) {
    const before = edge.flatMap((at) => [...sourcesOf(shown, at, filter.status)])
    edge = [...new Set(before)].filter((one) => distance.get(one) === step && !ranks.has(one))
    for (const one of edge) ranks.set(one, step)
  }
  const drawn = new Map([...ranks].toSorted(([, a], [, b]) => a - b).slice(0, mostDrawn))
  drawn.set(to, length)
  const scope = draw(shown, { ranks: drawn, filter, ghostsOf: new Set() })
  const isStep = ({ from, to }: ScopeEdge): boolean => (ranks.get(to) ?? 0) === (ranks.get(from) ?? 0) + 1
  return {
    ...scope,
    edges: scope.edges.filter(isStep),
    modules: new Set(ranks.keys()),
    left: { before: 0, after: ranks.size - drawn.size },
  }
}

function distancesFrom(shown: Shown, from: string, status: string): ReadonlyMap<string, number> {
  const distance = new Map([[from, 0]])
  const queue = [from]
  for (let at = 0; at < queue.length; at++)
    for (const other of targetsOf(shown, queue[at]!, status))
      if (!distance.has(other)) {
        distance.set(other, distance.get(queue[at]!)! + 1)
        queue.push(other)
      }
  return distance
}

interface Drawing {
  readonly ranks: ReadonlyMap<string, number>
  readonly filter: ScopeFilter
  /** Modules whose broken references are drawn. */
  readonly ghostsOf: ReadonlySet<string>
}

function draw(shown: Shown, { ranks, filter, ghostsOf }: Drawing): Pick<Scope, 'nodes' | 'edges'> {
  const edges = new Map<string, ScopeEdge>()
  const ghosts = new Map<string, ScopeNode>()
  for (const [id, rank] of ranks)
    for (const reference of shown.outgoing.get(id) ?? []) {
      if (reference.form === 'mention' || !fits(reference, filter.status)) continue
      const isGhost = isBroken(reference) && reference.to === null && ghostsOf.has(id)
      const to = isGhost ? `✗ ${reference.text}` : reference.to
      if (to === null || (!isGhost && !ranks.has(to)) || to === id) continue
      if (isGhost && ghosts.size < mostDrawn)
        ghosts.set(to, {
          id: to,
          kind: reference.status!,
          layer: '',
          rank: rank + 1,
          isGhost: true,
          broken: 0,
        })
      addEdge(edges, { from: id, to, reference })
    }
  const nodes = [...ranks].map(([id, rank]) => asNode(shown, id, rank))
  const known = new Set([...ranks.keys(), ...ghosts.keys()])
  return {
    nodes: [...nodes, ...ghosts.values()],
    edges: [...edges.values()].filter(({ to }) => known.has(to)),
  }
}

const severity = ['resolved', 'searched', 'outside', 'ambiguous', 'missing']

function addEdge(
  edges: Map<string, ScopeEdge>,
  { from, to, reference }: { readonly from: string; readonly to: string; readonly reference: GraphReference },
): void {
  const key = `${from}\0${to}`
  const { references = [], status: before = 'resolved' } = edges.get(key) ?? {}
  const status = reference.status ?? reference.class
  const worst = severity.indexOf(status) > severity.indexOf(before) ? status : before
  edges.set(key, { from, to, status: worst, references: [...references, reference] })
}

function asNode(shown: Shown, id: string, rank: number): ScopeNode {
  const kind = shown.modules.get(id)?.kind ?? 'file'
  return { id, kind, layer: layerOf(id), rank, isGhost: false, broken: brokenIn(shown, id) }
}

function isAllowed(shown: Shown, id: string, { kind, layer }: ScopeFilter): boolean {
  return (
    (kind === '' || (shown.modules.get(id)?.kind ?? 'file') === kind) &&
    (layer === '' || layerOf(id) === layer)
  )
}

function fits(reference: GraphReference, status: string): boolean {
  if (status === '') return true
  return status === 'broken' ? isBroken(reference) : reference.status === status
}

function targetsOf(shown: Shown, id: string, status: string): Set<string> {
  const found = new Set<string>()
  for (const reference of shown.outgoing.get(id) ?? [])
    if (reference.to !== null && reference.form !== 'mention' && fits(reference, status))
      found.add(reference.to)
  return found
}

function sourcesOf(shown: Shown, id: string, status: string): Set<string> {
  const found = new Set<string>()
  for (const reference of shown.incoming.get(id) ?? [])
    if (reference.form !== 'mention' && fits(reference, status)) found.add(reference.from)
  return found
}

function brokenIn(shown: Shown, id: string): number {
  return (shown.outgoing.get(id) ?? []).filter(isBroken).length
}

/** The module that most others refer to: where one looks first. */
export function mostReferred({ modules, incoming }: Shown): string | undefined {
  let best: string | undefined
  let most = -1
  for (const id of modules.keys()) {
    const count = new Set((incoming.get(id) ?? []).map(({ from }) => from)).size
    if (count > most) [best, most] = [id, count]
  }
  return best
}

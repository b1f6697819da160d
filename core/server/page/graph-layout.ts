import { Graph, layout } from '@dagrejs/dagre'
import type { Scope, ScopeEdge, ScopeNode } from './graph-scope.ts'

/** A node with its place; `x` and `y` are its upper left corner. */
export interface PlacedNode extends ScopeNode {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly name: string
  readonly folder: string
}

/** An edge as a line that can be drawn. */
export interface PlacedEdge extends ScopeEdge {
  readonly line: string
}

export interface Placed {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
}

const height = 40
const letter = 7.7
const smallLetter = 6.1
const mostWidth = 300

/** Layers from left to right, in the direction of the references; always the same for the same scope. */
export function placeScope({ nodes, edges }: Pick<Scope, 'nodes' | 'edges'>): Placed {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 70, marginx: 12, marginy: 12 })
  graph.setDefaultEdgeLabel(() => ({}))
  const labels = new Map(nodes.map((node) => [node.id, labelOf(node)]))
  for (const { id } of nodes) graph.setNode(id, { width: labels.get(id)!.width, height })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  const size = graph.graph()
  return {
    nodes: nodes.map((node) => {
      const { x = 0, y = 0 } = graph.node(node.id) as { x?: number; y?: number }
      const label = labels.get(node.id)!
      return { ...node, ...label, height, x: x - label.width / 2, y: y - height / 2 }
    }),
    edges: edges.map((edge) => {
      const { points = [] } = graph.edge(edge.from, edge.to) as { points?: readonly Point[] }
      return { ...edge, line: lineThrough(points) }
    }),
    width: size.width ?? 0,
    height: size.height ?? 0,
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

function labelOf({ id, isGhost }: ScopeNode): Pick<PlacedNode, 'name' | 'folder' | 'width'> {
  const cut = isGhost ? -1 : id.lastIndexOf('/')
  const name = shorten(id.slice(cut + 1), 36)
  const folder = isGhost ? '' : shorten(id.slice(0, Math.max(cut, 0)), 42)
  const width = Math.max(name.length * letter, folder.length * smallLetter) + 28
  return { name, folder, width: Math.min(Math.max(width, 90), mostWidth) }
}

/** The end of a path says more than its start. */
function shorten(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(text.length - most + 1)}`
}

function lineThrough(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let line = `M${round(first.x)},${round(first.y)}`
  for (let at = 0; at < rest.length - 1; at++) {
    const point = rest[at]!
    const next = rest[at + 1]!
    const isLast = at === rest.length - 2
    const end = isLast ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    line += ` Q${round(point.x)},${round(point.y)} ${round(end.x)},${round(end.y)}`
  }
  return rest.length === 1 ? `${line} L${round(rest[0]!.x)},${round(rest[0]!.y)}` : line
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}

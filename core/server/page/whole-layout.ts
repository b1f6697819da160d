import { DirectedGraph } from 'graphology'
import forceAtlas2 from 'graphology-layout-forceatlas2'

/** What a layout is asked for: as many nodes, and edges as pairs of their numbers. */
export interface LayoutTask {
  readonly nodes: number
  readonly edges: Uint32Array
  /** Longest time that it may take, in milliseconds. */
  readonly ms: number
}

/** Places so far, x and y of each node in turn. */
export interface LayoutNews {
  readonly places: Float32Array
  readonly isOver: boolean
}

const batch = 10

/** Runs apart from the page, which goes on while it works; tells how far it has come after each batch. */
self.addEventListener('message', ({ data }: MessageEvent<LayoutTask>) => {
  const graph = new DirectedGraph()
  for (let node = 0; node < data.nodes; node++) graph.addNode(node, startOf(node, data.nodes))
  for (let at = 0; at < data.edges.length; at += 2) {
    const [from, to] = [data.edges[at]!, data.edges[at + 1]!]
    if (from !== to && !graph.hasEdge(from, to)) graph.addEdge(from, to)
  }
  const settings = { ...forceAtlas2.inferSettings(graph), barnesHutOptimize: data.nodes > 500, slowDown: 2 }
  const until = performance.now() + data.ms
  for (let round = 0; round < 40; round++) {
    forceAtlas2.assign(graph, { iterations: batch, settings })
    const isOver = round === 39 || performance.now() > until
    tell(graph, data.nodes, isOver)
    if (isOver) return
  }
})

/** Nodes begin on a spiral, so that the same graph always comes out the same. */
function startOf(node: number, nodes: number): { x: number; y: number } {
  const angle = node * 2.399963
  const radius = Math.sqrt((node + 0.5) / nodes) * 100
  return { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius }
}

function tell(graph: DirectedGraph, nodes: number, isOver: boolean): void {
  const places = new Float32Array(nodes * 2)
  graph.forEachNode((node, { x, y }) => {
    places[Number(node) * 2] = x as number
    places[Number(node) * 2 + 1] = y as number
  })
  const news: LayoutNews = { places, isOver }
  self.postMessage(news, { transfer: [places.buffer] })
}

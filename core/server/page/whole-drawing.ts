import { DirectedGraph } from 'graphology'
import { Sigma } from 'sigma'
import type { ScopeFilter } from './graph-scope.ts'
import { layerOf } from './rows.ts'
import { isBroken, type Shown } from './state.ts'
import type { LayoutNews, LayoutTask } from './whole-layout.ts'
import { startLayoutWorker } from './whole-worker.ts'

/** The drawing of everything, while it is on the page. */
export interface WholeDrawing {
  /** Takes in another generation: what is new is laid out again, the rest stays about where it was. */
  show(shown: Shown): void
  /** Dims what is not wanted. */
  filter(filter: ScopeFilter, words: string): void
  end(): void
}

export interface DrawOptions {
  readonly shown: Shown
  /** Told how far it has come. */
  say(text: string): void
  /** Told which module was chosen. */
  open(id: string): void
}

interface Look {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly color: string
  readonly label: string
  readonly kind: string
  readonly broken: boolean
}

const layoutMs = 8_000

/** Draws all modules; throws where there is no WebGL. */
export function drawWhole(place: HTMLElement, { shown, say, open }: DrawOptions): WholeDrawing {
  const graph = new DirectedGraph<Look>()
  const colours = coloursOf(place)
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
  let worker: Worker | undefined
  let isWanted: (id: string, look: Look) => boolean = () => true
  const sigma = new Sigma<Look>(graph, place, {
    labelColor: { color: colours.ink },
    labelFont: getComputedStyle(place).fontFamily,
    labelSize: 12,
    labelRenderedSizeThreshold: 7,
    defaultEdgeColor: colours.line,
    hideEdgesOnMove: shown.modules.size > 2_000,
    nodeReducer: (id, look) =>
      isWanted(id, look)
        ? look
        : { ...look, color: colours.line, label: '', zIndex: -1, size: look.size / 2 },
    edgeReducer: (edge, look) => {
      const isShown = graph.extremities(edge).every((id) => isWanted(id, graph.getNodeAttributes(id)))
      return isShown ? look : { ...look, hidden: true }
    },
  })
  sigma.on('clickNode', ({ node }) => open(node))
  sigma.on('enterNode', () => place.classList.add('over-node'))
  sigma.on('leaveNode', () => place.classList.remove('over-node'))

  function show(next: Shown): void {
    const isNew = takeIn(graph, next, colours)
    if (isNew) lay()
    else sigma.refresh()
  }

  function lay(): void {
    worker?.terminate()
    const ids = graph.nodes()
    const numbers = new Map(ids.map((id, index) => [id, index]))
    const edges = new Uint32Array(graph.size * 2)
    let at = 0
    graph.forEachEdge((_edge, _look, from, to) => {
      edges[at++] = numbers.get(from)!
      edges[at++] = numbers.get(to)!
    })
    const since = performance.now()
    worker = startLayoutWorker()
    worker.addEventListener('message', ({ data: { places, isOver } }: MessageEvent<LayoutNews>) => {
      const seconds = ((performance.now() - since) / 1000).toFixed(1)
      say(
        `${ids.length} modules, ${graph.size} connections · ${isOver ? 'laid out in' : 'being laid out,'} ${seconds} s`,
      )
      if (isStill && !isOver) return
      for (const [index, id] of ids.entries()) {
        if (!graph.hasNode(id)) continue
        graph.mergeNodeAttributes(id, { x: places[index * 2]!, y: places[index * 2 + 1]! })
      }
      if (isOver) worker?.terminate()
    })
    const task: LayoutTask = { nodes: ids.length, edges, ms: layoutMs }
    worker.postMessage(task, [edges.buffer])
  }

  show(shown)
  return {
    show,
    filter({ kind, layer, status }, words) {
      const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
      isWanted = (id, look) =>
        (kind === '' || look.kind === kind) &&
        (layer === '' || layerOf(id) === layer) &&
        (status === '' || (status === 'broken' || status === 'missing' ? look.broken : !look.broken)) &&
        wanted.every((word) => id.toLowerCase().includes(word))
      sigma.refresh()
    },
    end() {
      worker?.terminate()
      sigma.kill()
    },
  }
}

/** True when nodes or edges came or went. */
function takeIn(
  graph: DirectedGraph<Look>,
  { modules, outgoing, incoming }: Shown,
  colours: Colours,
): boolean {
  let isNew = false
  for (const id of graph.nodes())
    if (!modules.has(id)) {
      graph.dropNode(id)
      isNew = true
    }
  for (const { id, kind } of modules.values()) {
    const broken = (outgoing.get(id) ?? []).some(isBroken)
    const size = 2 + Math.min(Math.sqrt(incoming.get(id)?.length ?? 0), 14)
    const label = id.slice(id.lastIndexOf('/') + 1)
    const look = { size, color: broken ? colours.bad : colours.of(kind), label, kind, broken }
    isNew ||= !graph.hasNode(id)
    if (graph.hasNode(id)) graph.mergeNodeAttributes(id, look)
    else graph.addNode(id, { ...look, x: Math.cos(graph.order), y: Math.sin(graph.order) })
  }
  const wanted = new Set<string>()
  for (const [from, references] of outgoing)
    for (const { to, form } of references)
      if (to !== null && form !== 'mention' && to !== from && modules.has(from) && modules.has(to))
        wanted.add(`${from}\0${to}`)
  for (const edge of graph.edges())
    if (!wanted.delete(edge)) {
      graph.dropEdge(edge)
      isNew = true
    }
  for (const edge of wanted) {
    const [from, to] = edge.split('\0') as [string, string]
    graph.addEdgeWithKey(edge, from, to)
    isNew = true
  }
  return isNew
}

interface Colours {
  readonly ink: string
  readonly line: string
  readonly bad: string
  of(kind: string): string
}

/** The colours of the page, as the style sheet has them now: light or dark. */
function coloursOf(place: HTMLElement): Colours {
  const probe = place.ownerDocument.createElement('i')
  place.append(probe)
  const read = (name: string): string => {
    probe.style.color = `var(${name})`
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g) ?? []
    return `rgb(${red}, ${green}, ${blue})`
  }
  const kinds = new Map(
    ['command', 'agent', 'skill', 'pattern', 'memory', 'document'].map((kind) => [
      kind,
      read(`--kind-${kind}`),
    ]),
  )
  const usual = read('--kind-module')
  const found = { ink: read('--ink'), line: read('--faint'), bad: read('--bad') }
  probe.remove()
  return { ...found, of: (kind) => kinds.get(kind) ?? usual }
}

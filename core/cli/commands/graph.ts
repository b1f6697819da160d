import type { Graph } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { printJson, table, visible } from '../print.ts'
import { openFramework, tellFaults } from '../root.ts'

/** `heddle graph`: the graph as text, JSON, Graphviz or Mermaid. */
export async function graph(options: CommonOptions): Promise<void> {
  const framework = await openFramework(options)
  try {
    const found = await framework.graph()
    tellFaults(framework, options)
    if (options.format === 'json') printJson(found)
    else process.stdout.write(`${(drawings[options.format] ?? asText)(found)}\n`)
  } finally {
    await framework.dispose()
  }
}

const drawings: Readonly<Record<string, (graph: Graph) => string>> = { dot: asDot, mermaid: asMermaid }

/** Edges between files: resolved references, each pair once. */
function edgesOf(graph: Graph): [string, string, boolean][] {
  const edges = new Map<string, [string, string, boolean]>()
  for (const { from, to, form, status, text, class: kind } of graph.references) {
    if (form === 'mention' || status === null || kind === 'example' || kind === 'artefact') continue
    const target = to ?? text
    if (target !== from) edges.set(`${from}\0${target}`, [from, target, to !== null])
  }
  return [...edges.values()]
}

function asText(graph: Graph): string {
  const out = new Map<string, number>()
  const incoming = new Map<string, number>()
  const broken = new Map<string, number>()
  for (const [from, to, found] of edgesOf(graph)) {
    out.set(from, (out.get(from) ?? 0) + 1)
    incoming.set(to, (incoming.get(to) ?? 0) + 1)
    if (!found) broken.set(from, (broken.get(from) ?? 0) + 1)
  }
  const rows = graph.modules.map(({ id, kind, tokens, entry, orphan }) => [
    visible(id),
    kind,
    `→ ${out.get(id) ?? 0}`,
    `← ${incoming.get(id) ?? 0}`,
    broken.has(id) ? `✗ ${broken.get(id)}` : '',
    `~${tokens} tokens`,
    entry ? 'entry' : orphan ? 'orphan' : '',
  ])
  const cycles = graph.cycles.map((cycle) => `  ${[...cycle, cycle[0]].join(' → ')}`)
  const head = [['module', 'kind', 'refers', 'referred', 'broken', 'size', '']]
  return [table([...head, ...rows]), ...(cycles.length > 0 ? ['', 'Cycles:', ...cycles] : [])].join('\n')
}

function asDot(graph: Graph): string {
  const nodes = graph.modules.map(({ id, kind }) => `  ${quote(id)} [tooltip=${quote(kind)}];`)
  const edges = edgesOf(graph).map(
    ([from, to, found]) => `  ${quote(from)} -> ${quote(to)}${found ? '' : ' [style=dashed, color=red]'};`,
  )
  return ['digraph heddle {', '  rankdir=LR;', '  node [shape=box];', ...nodes, ...edges, '}'].join('\n')
}

function asMermaid(graph: Graph): string {
  const names = new Map<string, string>()
  const nameOf = (id: string): string => {
    const known = names.get(id)
    if (known) return known
    names.set(id, `n${names.size}`)
    return `${names.get(id)!}["${id.replaceAll('"', '#quot;').replaceAll(/[[\]<>]/g, ' ')}"]`
  }
  const nodes = graph.modules.map(({ id }) => `  ${nameOf(id)}`)
  const edges = edgesOf(graph).map(
    ([from, to, found]) => `  ${nameOf(from)} ${found ? '-->' : '-.->'} ${nameOf(to)}`,
  )
  return ['flowchart LR', ...nodes, ...edges].join('\n')
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`
}

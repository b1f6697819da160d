import type { Whole } from './among.ts'
import type { Card } from './card.ts'
import type { Graph, GraphModule, GraphReference } from './graph.ts'

/** Gives what the graph shows of a module. */
export interface Drawn {
  module(card: Card, orphan: boolean): GraphModule
  rows(card: Card): readonly GraphReference[]
}

type Drawing = (cards: readonly Card[], whole: Pick<Whole, 'cycles' | 'orphans'>) => Graph

interface Last {
  readonly cards: readonly Card[]
  readonly orphans: ReadonlySet<string>
  readonly graph: Graph
  /** Where the references of each module begin, and where the last ones end. */
  readonly starts: readonly number[]
}

/** More cards than these are drawn anew with all others. */
const mostPatched = 50

/** Draws graphs one after the other; where few cards are others than in the last, only these are looked at. */
export function createDrawing(drawn: Drawn): Drawing {
  let last: Last | undefined

  function drawAll(cards: readonly Card[], { cycles, orphans }: Pick<Whole, 'cycles' | 'orphans'>): Last {
    const modules: GraphModule[] = []
    const references: GraphReference[] = []
    const starts: number[] = [0]
    for (const card of cards) {
      modules.push(drawn.module(card, orphans.has(card.id)))
      for (const row of drawn.rows(card)) references.push(row)
      starts.push(references.length)
    }
    return { cards, orphans, starts, graph: { modules, references, cycles } }
  }

  function patch(before: Last, cards: readonly Card[], at: readonly number[]): Last {
    const modules = before.graph.modules.slice()
    const starts = before.starts.slice()
    const parts: (readonly GraphReference[])[] = []
    let end = 0
    let shift = 0
    let from = 0
    for (const index of at) {
      const rows = drawn.rows(cards[index]!)
      modules[index] = drawn.module(cards[index]!, before.orphans.has(cards[index]!.id))
      parts.push(before.graph.references.slice(end, before.starts[index]), rows)
      for (; from <= index; from++) starts[from]! += shift
      end = before.starts[index + 1]!
      shift += rows.length - (end - before.starts[index]!)
    }
    for (; from < starts.length; from++) starts[from]! += shift
    const references = parts[0]!.concat(...parts.slice(1), before.graph.references.slice(end))
    return { ...before, cards, starts, graph: { ...before.graph, modules, references } }
  }

  return (cards, whole) => {
    const others = last && differing(last, cards, whole)
    if (!others) last = drawAll(cards, whole)
    else if (others.length > 0) last = patch(last!, cards, others)
    return last!.graph
  }
}

/** Where cards are others than in the last graph; undefined when there is more to it. */
function differing(
  last: Last,
  cards: readonly Card[],
  whole: Pick<Whole, 'cycles' | 'orphans'>,
): number[] | undefined {
  const isAlike =
    last.cards.length === cards.length && last.orphans === whole.orphans && last.graph.cycles === whole.cycles
  if (!isAlike) return undefined
  const found: number[] = []
  for (let at = 0; at < cards.length && found.length <= mostPatched; at++) {
    const [before, now] = [last.cards[at]!, cards[at]!]
    if (before === now) continue
    if (before.id !== now.id) return undefined
    found.push(at)
  }
  return found.length <= mostPatched ? found : undefined
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { NumberedEdges } from '../base/order.ts'
import type { Card, Edge } from './card.ts'
import type { Numbered } from './numbered.ts'

const shown = 5

/**
 * A finding for each list of `depends_on` or `provides_to` with modules in it that have the other list and do not name this
 * one there. Entry points are not expected to be named; a reference that leads nowhere counts when its file name fits.
 */
export function findOneSided({ cards, needs, provides }: Numbered): Diagnostic[] {
  if (provides.targets.length === 0) return []
  const needed = readList(cards, needs, (card) => card.needs)
  const provided = readList(cards, provides, (card) => card.provides)
  return [
    ...unanswered(cards, needed, provided).map((edges) => oneSided(edges, 'depends_on', 'provides_to')),
    ...unanswered(cards, provided, needed).map((edges) => oneSided(edges, 'provides_to', 'depends_on')),
  ]
}

/** The lists of one name of all cards. */
interface List {
  readonly entries: readonly Entry[]
  /** 1 for the cards that have such a list with anything in it that was found. */
  readonly owners: Uint8Array
  /** Who names whom. */
  readonly pairs: ReadonlySet<number>
}

interface Entry {
  readonly from: number
  readonly to: number
  readonly edge: Edge
}

function readList(
  cards: readonly Card[],
  { starts, targets }: NumberedEdges,
  edgesOf: (card: Card) => readonly Edge[],
): List {
  const entries: Entry[] = []
  const owners = new Uint8Array(cards.length)
  const pairs = new Set<number>()
  for (let from = 0; from < cards.length; from++) {
    const edges = edgesOf(cards[from]!)
    for (let index = 0; index < edges.length; index++) {
      const edge = edges[index]!
      const to = targets[starts[from]! + index]!
      if (to < 0 || to === from || (edge.through !== 'depends_on' && edge.through !== 'provides_to')) continue
      const known = pairs.size
      if (pairs.add(from * cards.length + to).size === known) continue
      owners[from] = 1
      entries.push({ from, to, edge })
    }
  }
  return { entries, owners, pairs }
}

/** What one kind of list says and the other does not, for each card that says so. */
function unanswered(cards: readonly Card[], said: List, other: List): Unanswered[] {
  const found: Unanswered[] = []
  for (const { from, to, edge } of said.entries) {
    if (other.owners[to] === 0 || other.pairs.has(to * cards.length + from)) continue
    const card = cards[from]!
    if (card.entry || cards[to]!.entry || cards[to]!.lost.includes(fileName(card.id))) continue
    const last = found.at(-1)
    if (last?.card === card) last.edges.push(edge)
    else found.push({ card, edges: [edge] })
  }
  return found
}

interface Unanswered {
  readonly card: Card
  readonly edges: Edge[]
}

function fileName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}

function oneSided({ card, edges }: Unanswered, through: string, answer: string): Diagnostic {
  const names = edges.map(({ to }) => to)
  const rest = names.length - shown
  const few = names.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
  return {
    code: 'ONE_SIDED',
    severity: 'info',
    message: `Listed in ${through}, without this module in their own ${answer}: ${few}.`,
    hint: `Add ${card.id} to their ${answer}, or take them out of ${through}.`,
    candidates: names,
    at: { path: card.id, line: edges[0]!.line, column: edges[0]!.column },
  }
}

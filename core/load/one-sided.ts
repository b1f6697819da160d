import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card, Edge } from './card.ts'
import { type NumberedEdge, numberedEdges, numbersOf } from './numbered.ts'

const shown = 5

type Listing = Pick<Card, 'id' | 'inHome' | 'entry' | 'needs' | 'provides' | 'lost'>

/**
 * A finding for each list of `depends_on` whose modules have a `provides_to` without this one, and for each list of `provides_to`
 * whose modules need this one in no way. Entry points are not expected to be named; a reference that leads nowhere counts when
 * its file name fits.
 */
export function findOneSided(cards: readonly Listing[]): Diagnostic[] {
  if (cards.every(({ provides }) => provides.length === 0)) return []
  const numbers = numbersOf(cards)
  const count = cards.length
  const needed = readList(
    numberedEdges(cards, numbers, ({ needs }) => needs),
    count,
  )
  const provided = readList(
    numberedEdges(cards, numbers, ({ provides }) => provides),
    count,
  )
  return [
    ...unanswered(cards, needed, provided).map((edges) => oneSided(edges, 'depends_on', 'provides_to')),
    ...unanswered(cards, provided, needed).map((edges) => oneSided(edges, 'provides_to', 'depends_on')),
  ]
}

/** The lists of one name of all cards. */
interface List {
  readonly entries: readonly NumberedEdge[]
  /** 1 for the cards that have such a list, with anything in it that was found. */
  readonly owners: Uint8Array
  /** Who names whom, whatever it is called. */
  readonly pairs: ReadonlySet<number>
}

function readList(edges: Iterable<NumberedEdge>, count: number): List {
  const entries: NumberedEdge[] = []
  const owners = new Uint8Array(count)
  const pairs = new Set<number>()
  const listed = new Set<number>()
  for (const numbered of edges) {
    const { from, to, edge } = numbered
    const pair = from * count + to
    pairs.add(pair)
    if ((edge.through !== 'depends_on' && edge.through !== 'provides_to') || listed.has(pair)) continue
    listed.add(pair)
    owners[from] = 1
    entries.push(numbered)
  }
  return { entries, owners, pairs }
}

/**
 * What one kind of list says and the other does not, for each card that says so. A list that names fewer than half of many
 * who say that they belong in it was never meant to be complete ("All modules for …"): nothing is missing there.
 */
function unanswered(cards: readonly Listing[], said: List, other: List): Unanswered[] {
  const claims = new Int32Array(cards.length)
  const answered = new Int32Array(cards.length)
  const isAnswered = ({ from, to }: NumberedEdge): boolean => other.pairs.has(to * cards.length + from)
  const isOpen = ({ from, to, edge }: NumberedEdge): boolean =>
    (other.owners[to] === 1 || (edge.through === 'provides_to' && cards[to]!.inHome)) &&
    !cards[from]!.entry &&
    !cards[to]!.entry
  for (const entry of said.entries) {
    claims[entry.to]!++
    if (isAnswered(entry)) answered[entry.to]!++
  }
  const found: Unanswered[] = []
  for (const entry of said.entries) {
    const { from, to, edge } = entry
    if (isPartial(claims[to]!, answered[to]!) || !isOpen(entry) || isAnswered(entry)) continue
    const card = cards[from]!
    if (cards[to]!.lost.includes(fileName(card.id))) continue
    const last = found.at(-1)
    if (last?.card === card) last.edges.push(edge)
    else found.push({ card, edges: [edge] })
  }
  return found
}

/** Few claims say nothing about how complete a list is meant to be. */
const telling = 4

function isPartial(claims: number, answered: number): boolean {
  return claims >= telling && answered * 2 < claims
}

interface Unanswered {
  readonly card: Listing
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

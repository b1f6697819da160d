import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card } from './card.ts'

/** Kinds that a host looks up by name; the names of other modules are only read by people. */
const named: ReadonlySet<string> = new Set(['command', 'agent', 'skill'])

/**
 * A finding for each command, agent or skill whose name another of its kind and place has already. A place is the framework's
 * home, or the folder of a plugin; a command's name has the folders that it stands in.
 */
export function findNamesTwice(cards: readonly Card[]): Diagnostic[] {
  const first = new Map<string, Card>()
  const found: Diagnostic[] = []
  for (const card of cards) {
    if (!named.has(card.kind) || card.digest === '') continue
    const key = `${card.layer}\n${placeOf(card)}\n${card.kind}\n${spokenName(card)}`
    const other = first.get(key)
    if (other) found.push(nameTwice(card, other))
    else first.set(key, card)
  }
  return found
}

const kindFolder = /(?:^|\/)(?:commands|agents|skills)\//

function placeOf({ id, inHome }: Card): string {
  if (inHome) return 'home'
  const at = kindFolder.exec(id)?.index
  return at === undefined ? id : `below ${id.slice(0, at)}`
}

/** What a user types or a host looks up; for a command the path below `commands/` without its ending. */
function spokenName({ id, kind, name }: Card): string {
  if (kind !== 'command') return name
  const folder = /(?:^|\/)commands\//.exec(id)
  return id.slice(folder ? folder.index + folder[0].length : 0).replace(/\.[^./]+$/, '')
}

function nameTwice(card: Card, other: Card): Diagnostic {
  const name = spokenName(card)
  return {
    code: 'NAME_TWICE',
    severity: 'warning',
    message: `The ${card.kind} "${name}" is also in ${other.id}: only one of them is found by that name.`,
    hint: 'Give one of them another name, or remove it.',
    at: { path: card.id, line: 1, column: 1 },
  }
}

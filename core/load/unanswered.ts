import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { AskedValue } from '../module/asked-values.ts'
import type { Card } from './card.ts'

type Asking = Pick<Card, 'id' | 'kind' | 'name' | 'needs' | 'asks' | 'takes'>

/** True when a group asks the project for something. */
export function asksProject(cards: readonly Asking[]): boolean {
  return cards.some(({ asks }) => asks.some((asked) => asked.of === 'project'))
}

/**
 * A finding for each value without which a declared group is left out of a run: one that no command which needs the module takes as
 * an argument, or that `isSaid` denies. What no command of the project needs never runs, and nothing is said of it.
 */
export function findUnanswered(cards: readonly Asking[], isSaid: (path: string) => boolean): Diagnostic[] {
  if (cards.every(({ asks }) => asks.length === 0)) return []
  const byId = new Map(cards.map((card) => [card.id, card]))
  const commandsOf = new Map<Asking, Asking[]>()
  for (const command of cards)
    if (command.kind === 'command')
      for (const card of closureOf(command, byId))
        if (card.asks.length > 0) commandsOf.set(card, [...(commandsOf.get(card) ?? []), command])
  return [...commandsOf].flatMap(([card, commands]) =>
    card.asks.flatMap((asked) => {
      if (asked.of === 'project') return isSaid(asked.name) ? [] : [notSaid(card, asked)]
      return commands.some(({ takes }) => takes.includes(asked.name)) ? [] : [notTaken(card, asked, commands)]
    }),
  )
}

function closureOf(command: Asking, byId: ReadonlyMap<string, Asking>): ReadonlySet<Asking> {
  const found = new Set([command])
  for (const { needs } of found)
    for (const { to } of needs) {
      const card = byId.get(to)
      if (card) found.add(card)
    }
  return found
}

function notSaid({ id }: Asking, { name, group, line, column }: AskedValue): Diagnostic {
  return {
    code: 'GROUP_VALUE_MISSING',
    severity: 'warning',
    message: `The project does not say what "${name}" is, and the group "${group}" cannot run without it.`,
    hint: 'Say it in PROJECT_CONFIG.xml, or under "project" in the configuration, or write "| DEFAULT: …" behind it.',
    at: { path: id, line, column },
  }
}

function notTaken({ id }: Asking, asked: AskedValue, commands: readonly Asking[]): Diagnostic {
  const { name, group, line, column } = asked
  const [near] = findNearest(
    name,
    commands.flatMap(({ takes }) => takes),
    1,
  )
  const names = commands.map((command) => `"${command.name}"`).slice(0, 3)
  return {
    code: 'GROUP_VALUE_MISSING',
    severity: 'warning',
    message: `Nothing says what "${name}" is, and the group "${group}" cannot run without it: no setting of the module has this name, and no argument of ${names.join(', ')}.`,
    hint: near
      ? `Did you mean "${near.value}"?`
      : `Declare it under "arguments" of the command, or write a default: \${${name}:-…}.`,
    at: { path: id, line, column },
  }
}

import type { MetaResult, Repair } from './result.ts'

type Found = Pick<MetaResult, 'orphans' | 'cycles' | 'broken' | 'shared' | 'claims' | 'costs'>

/** Tokens; splitting less than that costs more words than it saves. */
const worthSplitting = 500

/** What is wrong first, in the order in which it misleads; then what saves most. */
export function repairsFor({ orphans, cycles, broken, shared, claims, costs }: Found): Repair[] {
  const wrong: Repair[] = [
    ...brokenByFile(broken).map(([path, count]) => ({
      action: `Mend ${count === 1 ? 'the reference' : `${count} references`} in ${path} that lead${count === 1 ? 's' : ''} nowhere.`,
      gain: 0,
      command: ['heddle', 'check', path],
    })),
    ...cycles.map((cycle) => ({
      action: `Cut the ring ${[...cycle, cycle[0]!].join(' → ')}.`,
      gain: 0,
      command: ['heddle', 'why', '--who', cycle[0]!, '--deep'],
    })),
    ...claims.map(({ path, line, text, actual, what }) => ({
      action: `Write ${actual} instead of "${text}" in ${path}:${line}: there are ${actual} ${what}.`,
      gain: 0,
      command: ['heddle', 'list', what === 'commands' ? 'commands' : 'modules'],
    })),
  ]
  const saving: Repair[] = [
    ...orphans.map(({ path, tokens }) => ({
      action: `Refer to ${path}, or delete it: nobody does.`,
      gain: tokens,
      command: ['heddle', 'check', '--if-deleted', path],
    })),
    ...shared.map(({ places, tokens, start }) => ({
      action: `Keep one of ${places.length} copies of "${start}…" and refer to it from ${listed(places)}.`,
      gain: tokens,
      command: ['heddle', 'why', '--who', places[0]!.path],
    })),
    ...costs
      .filter(
        ({ tokens, largest, modules }) =>
          modules > 2 && largest.tokens >= worthSplitting && largest.tokens * 2 > tokens,
      )
      .map(({ command, largest, tokens }) => ({
        action: `Split ${largest.path}: it is more than half of what "${command}" costs (${largest.tokens} of ${tokens} tokens).`,
        gain: Math.floor(largest.tokens / 2),
        command: ['heddle', 'why', '--who', largest.path],
      })),
  ]
  return [...wrong, ...saving.toSorted((a, b) => b.gain - a.gain || (a.action < b.action ? -1 : 1))]
}

function brokenByFile(broken: Found['broken']): (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { path } of broken) counts.set(path, (counts.get(path) ?? 0) + 1)
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

function listed(places: readonly { readonly path: string; readonly line: number }[]): string {
  const shown = places.slice(0, 3).map(({ path, line }) => `${path}:${line}`)
  return places.length > 3 ? `${shown.join(', ')} and ${places.length - 3} more` : shown.join(', ')
}

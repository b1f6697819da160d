import type { Planning } from 'heddle'
import type { CommandCost } from './result.ts'

export type Graph = Awaited<ReturnType<Planning['graph']>>

/** What each command costs with all that it refers to, over as many files as it takes; the most expensive first. */
export function costsOf({ modules, references }: Graph): CommandCost[] {
  const byPath = new Map(modules.map((module) => [module.path, module]))
  const next = new Map<string, string[]>()
  for (const { from, to, status } of references) {
    if (to === null || (status !== 'resolved' && status !== 'searched')) continue
    next.set(from, [...(next.get(from) ?? []), to])
  }
  return modules
    .filter(({ kind }) => kind === 'command')
    .map((command) => {
      const reached = new Set([command.path])
      for (const path of reached) for (const to of next.get(path) ?? []) if (byPath.has(to)) reached.add(to)
      const loaded = [...reached].map((path) => byPath.get(path)!)
      const largest = loaded.toSorted((a, b) => b.tokens - a.tokens || (a.path < b.path ? -1 : 1))[0]!
      return {
        command: command.name,
        path: command.path,
        modules: loaded.length,
        tokens: loaded.reduce((sum, { tokens }) => sum + tokens, 0),
        largest: { path: largest.path, tokens: largest.tokens },
      }
    })
    .toSorted((a, b) => b.tokens - a.tokens || (a.path < b.path ? -1 : 1))
}

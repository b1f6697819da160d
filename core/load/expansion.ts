import type { Diagnostic } from '../base/diagnostic.ts'
import type { Card, Edge } from './card.ts'

/** Agent hosts put in place what is imported, and what that imports, this far; the rest they leave out silently. */
const mostHops = 5
/** More files than this, counted each time they are put in place, is no text that anybody wants to read. */
const mostFiles = 10_000

/** What leads from one module to others. */
export type Linking = Pick<Card, 'id' | 'needs' | 'imports'>

type Imports = ReadonlyMap<string, readonly Edge[]>

/** What every file that is reached from a memory file by imports imports itself, each target once. */
export function importsOf(cards: readonly Linking[]): Imports {
  const reached = new Map<string, Edge[]>()
  const open = cards.filter(isStart).map(({ id }) => id)
  if (open.length === 0) return reached
  const byId = new Map(cards.map((card) => [card.id, card]))
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue
    const edges = uniqueTargets(byId.get(id)?.imports ?? [])
    reached.set(id, edges)
    for (const { to } of edges) open.push(to)
  }
  return reached
}

/** Imports that go further than hosts follow, and memory files whose imports unfold beyond all measure; chains are named. */
export function findExpansions(cards: readonly Linking[], imports: Imports): Diagnostic[] {
  const tooFar = new Map<string, Diagnostic>()
  const tooMany: Diagnostic[] = []
  for (const { id } of cards.filter(isStart)) {
    for (const chain of chainsBeyond(id, imports)) {
      const edge = chain.slice(-2).join('\n')
      if (!tooFar.has(edge)) tooFar.set(edge, farFound(chain, imports))
    }
    const files = countFiles(id, imports)
    if (files > mostFiles) tooMany.push(manyFound(id, files, imports))
  }
  return [...tooFar.values(), ...tooMany]
}

/** A memory file: only those import by themselves. */
function isStart(card: Linking): boolean {
  return card.needs.some(({ through }) => through === 'import')
}

function uniqueTargets(edges: readonly Edge[]): Edge[] {
  const seen = new Set<string>()
  return edges.filter(({ to }) => !seen.has(to) && seen.add(to))
}

/** The shortest chain to each file that is one import further than is followed. */
function chainsBeyond(start: string, imports: Imports): string[][] {
  const from = new Map<string, string | null>([[start, null]])
  let level = [start]
  for (let hop = 1; hop <= mostHops + 1 && level.length > 0; hop++) {
    const next: string[] = []
    for (const id of level) {
      for (const { to } of imports.get(id) ?? []) {
        if (from.has(to)) continue
        from.set(to, id)
        next.push(to)
      }
    }
    level = next
  }
  return level.map((id) => chainTo(id, from))
}

function chainTo(id: string, from: ReadonlyMap<string, string | null>): string[] {
  const chain = [id]
  for (let at = from.get(id); at; at = from.get(at)) chain.unshift(at)
  return chain
}

/** How many files stand in place in the end, each counted as often as it is reached; without unfolding anything. */
function countFiles(start: string, imports: Imports): number {
  return 1 + sumOver(imports.get(start), countsWithin(mostHops - 1, imports))
}

/** For every file, how many stand in place when `hops` more imports are followed from it. */
function countsWithin(hops: number, imports: Imports): ReadonlyMap<string, number> {
  let counts = new Map<string, number>([...imports.keys()].map((id) => [id, 1]))
  for (let hop = 0; hop < hops; hop++) {
    const before = counts
    counts = new Map([...imports].map(([id, edges]) => [id, 1 + sumOver(edges, before)]))
  }
  return counts
}

function sumOver(edges: readonly Edge[] = [], counts: ReadonlyMap<string, number>): number {
  return edges.reduce((sum, { to }) => sum + (counts.get(to) ?? 1), 0)
}

function farFound(chain: readonly string[], imports: Imports): Diagnostic {
  const [parent, last] = chain.slice(-2) as [string, string]
  const { line, column } = imports.get(parent)!.find(({ to }) => to === last)!
  return {
    code: 'EXPANSION_LIMIT',
    severity: 'warning',
    message: `"${last}" is ${chain.length - 1} imports away from "${chain[0]}" and agent hosts follow ${mostHops}: ${chain.join(' → ')}.`,
    hint: 'Import it from a file nearer to the beginning, or write its text there.',
    at: { path: parent, line, column },
  }
}

function manyFound(start: string, files: number, imports: Imports): Diagnostic {
  return {
    code: 'EXPANSION_LIMIT',
    severity: 'warning',
    message: `The imports of "${start}" unfold to ${files.toLocaleString('en')} files, the limit is ${mostFiles.toLocaleString('en')}: ${heaviest(start, imports).join(' → ')}.`,
    hint: 'Import each file once, from the first that needs it.',
    at: { path: start, line: 1, column: 1 },
  }
}

/** The chain along which most files are put in place. */
function heaviest(start: string, imports: Imports): string[] {
  const chain = [start]
  for (let hops = mostHops - 1; hops >= 0; hops--) {
    const counts = countsWithin(hops, imports)
    const edges = imports.get(chain.at(-1)!) ?? []
    const [next] = edges.toSorted((a, b) => (counts.get(b.to) ?? 1) - (counts.get(a.to) ?? 1))
    if (!next) break
    chain.push(next.to)
  }
  return chain
}

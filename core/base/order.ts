/** A name and the names that must come before it. */
export interface Ordered {
  readonly name: string
  readonly after: readonly string[]
}

/** Either the items in topological order, ties kept in declared order, or the first cycle found as a chain of names. */
export type OrderResult<T> = { readonly order: readonly T[] } | { readonly cycle: readonly string[] }

/** Sorts by `after`; names that are not among the items are ignored (the caller reports them). Linear in items + edges. */
export function topologicalOrder<T extends Ordered>(items: readonly T[]): OrderResult<T> {
  const byName = new Map(items.map((item) => [item.name, item]))
  const state = new Map<string, 'open' | 'done'>()
  const order: T[] = []
  for (const item of items) {
    const cycle = visit(item)
    if (cycle) return { cycle }
  }
  return { order }

  function visit(start: T): string[] | undefined {
    const stack: { item: T; next: number }[] = [{ item: start, next: 0 }]
    if (state.has(start.name)) return undefined
    state.set(start.name, 'open')
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const name = top.item.after[top.next++]
      if (name === undefined) {
        state.set(top.item.name, 'done')
        order.push(top.item)
        stack.pop()
        continue
      }
      const needed = byName.get(name)
      if (!needed || state.get(name) === 'done') continue
      if (state.get(name) === 'open') {
        const chain = stack.map(({ item }) => item.name)
        return [...chain.slice(chain.indexOf(name)), name]
      }
      state.set(name, 'open')
      stack.push({ item: needed, next: 0 })
    }
    return undefined
  }
}

/**
 * Strongly connected components of more than one node, and nodes with an edge to themselves (Tarjan 1972, iterative).
 * Each cycle is rotated to start at its smallest name and the list is sorted, so that the result is stable.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const cycles: string[][] = []
  for (const node of edges.keys()) if (!index.has(node)) connect(node)
  return cycles.toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1))

  function enter(node: string): { node: string; next: number } {
    index.set(node, index.size)
    low.set(node, index.get(node)!)
    open.push(node)
    isOpen.add(node)
    return { node, next: 0 }
  }

  function connect(root: string): void {
    const stack = [enter(root)]
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const to = edges.get(top.node)?.[top.next++]
      if (to !== undefined) {
        if (!index.has(to)) stack.push(enter(to))
        else if (isOpen.has(to)) low.set(top.node, Math.min(low.get(top.node)!, index.get(to)!))
        continue
      }
      stack.pop()
      const parent = stack.at(-1)
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(top.node)!))
      if (low.get(top.node) === index.get(top.node)) close(top.node)
    }
  }

  function close(node: string): void {
    const members = open.splice(open.lastIndexOf(node))
    for (const member of members) isOpen.delete(member)
    if (members.length > 1 || edges.get(node)?.includes(node)) cycles.push(asPath(members))
  }

  function asPath(members: readonly string[]): string[] {
    const inside = new Set(members)
    const start = members.reduce((a, b) => (a < b ? a : b))
    const path = [start]
    const seen = new Set(path)
    for (let at = start; ;) {
      const next = edges.get(at)?.find((to) => inside.has(to) && !seen.has(to))
      if (next === undefined) break
      path.push(next)
      seen.add(next)
      at = next
    }
    const rest = members.filter((member) => !seen.has(member)).toSorted()
    return [...path, ...rest]
  }
}

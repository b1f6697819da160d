/** A name and the names that must come before it. */
export interface Ordered {
  readonly name: string
  readonly after: readonly string[]
}

/** Either the items in topological order, ties kept in declared order, or the first cycle found as a chain of names. */
export type OrderResult<T> = { readonly order: readonly T[] } | { readonly cycle: readonly string[] }

/** Sorts by `after`; names that are not among the items are ignored (the caller reports them). Linear in items + edges. */
export function topologicalOrder<T extends Ordered>(items: readonly T[]): OrderResult<T> {
  if (isOrdered(items)) return { order: items }
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

/** Most lists stand in their order already: what must come before an item does. */
function isOrdered(items: readonly Ordered[]): boolean {
  const seen = new Set<string>()
  let open: Set<string> | undefined
  for (const { name, after } of items) {
    for (const needed of after) if (!seen.has(needed)) (open ??= new Set()).add(needed)
    // Needed by an earlier one, or by itself.
    if (open?.has(name)) return false
    seen.add(name)
  }
  return true
}

/**
 * Strongly connected components of more than one node, and nodes with an edge to themselves (Tarjan 1972, iterative).
 * Each cycle is rotated to start at its smallest name and the list is sorted, so that the result is stable.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  return findComponents(edges)
    .map((members) => asCycle(members, edges))
    .toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1))
}

/** Works on numbers: ten thousand names would be hashed a hundred thousand times. */
function findComponents(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const names = [...edges.keys()]
  const numbers = new Map(names.map((name, number) => [name, number]))
  const targets = names.map((name) => numbersOf(edges.get(name)!, numbers))
  // 0 is not yet seen, Infinity is closed.
  const order = new Float64Array(names.length)
  const low = new Float64Array(names.length)
  const next = new Int32Array(names.length)
  const open: number[] = []
  const components: string[][] = []
  let seen = 0
  for (let root = 0; root < names.length; root++) if (order[root] === 0) connect(root)
  return components

  function enter(node: number): number {
    order[node] = low[node] = ++seen
    open.push(node)
    return node
  }

  function connect(root: number): void {
    const path = [enter(root)]
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const to = targets[node]![next[node]!++]
      if (to !== undefined) {
        if (order[to] === 0) path.push(enter(to))
        else low[node] = Math.min(low[node]!, order[to]!)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (low[node] === order[node]) close(node)
      else if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!)
    }
  }

  function close(node: number): void {
    const members = open.splice(open.lastIndexOf(node))
    for (const member of members) order[member] = Infinity
    if (members.length > 1 || targets[node]!.includes(node))
      components.push(members.map((member) => names[member]!))
  }
}

/** Names that are no nodes have no edges and are in no cycle. */
function numbersOf(names: readonly string[], numbers: ReadonlyMap<string, number>): number[] {
  const found: number[] = []
  for (const name of names) {
    const number = numbers.get(name)
    if (number !== undefined) found.push(number)
  }
  return found
}

/** The members as a path along edges as far as that goes, from the smallest name; then the rest. */
function asCycle(members: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[] {
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

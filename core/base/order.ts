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

/** Edges between numbers: those of `n` are `targets` from `starts[n]` to `starts[n + 1]`; a target below 0 leads nowhere. */
export interface NumberedEdges {
  readonly starts: Int32Array
  readonly targets: Int32Array
}

/**
 * Strongly connected components of more than one node, and nodes with an edge to themselves (Tarjan 1972, iterative), each with
 * its nodes in ascending order. Linear in nodes and edges.
 */
export function findComponents({ starts, targets }: NumberedEdges): number[][] {
  const count = starts.length - 1
  // 0 is unseen; a node that belongs to a finished component has the index `done`, which is lower than none.
  const index = new Int32Array(count)
  const low = new Int32Array(count)
  const next = starts.slice()
  const open: number[] = []
  const stack: number[] = []
  const done = count + 1
  const components: number[][] = []
  let seen = 0
  for (let root = 0; root < count; root++) if (index[root] === 0) connect(root)
  return components

  function enter(node: number): void {
    index[node] = low[node] = ++seen
    open.push(node)
    stack.push(node)
  }

  function connect(root: number): void {
    enter(root)
    while (stack.length > 0) {
      const node = stack.at(-1)!
      if (next[node]! < starts[node + 1]!) {
        const to = targets[next[node]!++]!
        if (to < 0) continue
        if (index[to] === 0) enter(to)
        else if (index[to]! < low[node]!) low[node] = index[to]!
        continue
      }
      stack.pop()
      const parent = stack.at(-1)
      if (low[node] === index[node]) close(node)
      else if (parent !== undefined && low[node]! < low[parent]!) low[parent] = low[node]!
    }
  }

  function close(node: number): void {
    const members = open.splice(open.lastIndexOf(node))
    for (const member of members) index[member] = done
    if (members.length > 1 || hasEdge(node, node)) components.push(members.sort((a, b) => a - b))
  }

  function hasEdge(from: number, to: number): boolean {
    for (let at = starts[from]!; at < starts[from + 1]!; at++) if (targets[at] === to) return true
    return false
  }
}

/**
 * The components of a graph of names as `findComponents` gives them. Each cycle is rotated to start at its smallest name and the
 * list is sorted, so that the result is stable.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const { names, numbered } = numberEdges(edges)
  const cycles = findComponents(numbered).map((members) => asPath(members.map((member) => names[member]!)))
  return cycles.toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1))

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

function numberEdges(edges: ReadonlyMap<string, readonly string[]>): {
  names: string[]
  numbered: NumberedEdges
} {
  const names = [...edges.keys()]
  const numbers = new Map(names.map((name, number) => [name, number]))
  const starts = new Int32Array(names.length + 1)
  const targets: number[] = []
  let node = 0
  for (const to of edges.values()) {
    // A name without edges of its own lies on no cycle.
    for (const name of to) targets.push(numbers.get(name) ?? -1)
    starts[++node] = targets.length
  }
  return { names, numbered: { starts, targets: Int32Array.from(targets) } }
}

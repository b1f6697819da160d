import type { Diagnostic } from '../base/diagnostic.ts'
import type { Module } from '../module/module.ts'
import { dependenciesOf, type Linked } from './linked.ts'

/** The closure in levels; ids in depth-first order. */
export interface Levels {
  readonly command: readonly string[]
  readonly primary: readonly string[]
  readonly gates: readonly string[]
  readonly context: readonly string[]
}

/** One module that needs another, and the words by which it says so. */
export interface Integration {
  readonly from: string
  readonly to: string
  readonly through: string
}

/** What `loadAll` gives: the modules asked for, and what belongs to them. */
export interface Composition {
  /** The modules asked for that could be loaded, in the order asked. */
  readonly modules: readonly Module[]
  readonly dependencies: Levels
  readonly integration: readonly Integration[]
  /** Ids of the whole closure, what is needed before what needs it; cycles are cut at their first module. */
  readonly composition: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Levels, integrations and order of a closure. `asked` are the modules that it was made from. */
export function compose(
  asked: readonly Module[],
  closure: readonly Linked[],
  diagnostics: readonly Diagnostic[],
): Composition {
  return {
    modules: asked,
    dependencies: levelsOf(closure),
    integration: closure.flatMap(integrationsOf),
    composition: orderOf(closure),
    diagnostics,
  }
}

function levelsOf(closure: readonly Linked[]): Levels {
  const levels = {
    command: [] as string[],
    primary: [] as string[],
    gates: [] as string[],
    context: [] as string[],
  }
  for (const { module } of closure) levels[levelOf(module)].push(module.id)
  return levels
}

const gateFolder = /(?:^|\/)(?:quality|security|gates|guards)\//
const contextFolder = /(?:^|\/)(?:context|session|git|memory)\//

function levelOf(module: Module): keyof Levels {
  if (module.kind === 'command') return 'command'
  if (gateFolder.test(module.path)) return 'gates'
  return module.kind === 'document' || contextFolder.test(module.path) ? 'context' : 'primary'
}

function integrationsOf(linked: Linked): Integration[] {
  const inside = new Set(dependenciesOf(linked))
  return linked.module.references.flatMap((reference, index) => {
    const to = linked.resolutions[index]?.to
    if (!to || !inside.delete(to)) return []
    return [{ from: linked.module.id, to, through: reference.role ?? reference.form }]
  })
}

function orderOf(closure: readonly Linked[]): string[] {
  const edges = new Map(closure.map((linked) => [linked.module.id as string, dependenciesOf(linked)]))
  const seen = new Set<string>()
  const order: string[] = []
  for (const id of edges.keys()) if (!seen.has(id)) visit(id)
  return order

  // An edge back to a module that is still open is a cycle: it is already seen, and so it is cut.
  function visit(start: string): void {
    const stack = [{ id: start, next: 0 }]
    seen.add(start)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const to = edges.get(top.id)![top.next++]
      if (to === undefined) order.push(stack.pop()!.id)
      else if (edges.has(to) && !seen.has(to)) {
        seen.add(to)
        stack.push({ id: to, next: 0 })
      }
    }
  }
}

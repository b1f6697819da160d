import { compareText } from '../base/diagnostic.ts'
import { findCycles } from '../base/order.ts'
import type { Module } from '../module/module.ts'
import type { Form, Reference, ReferenceClass } from '../module/reference.ts'
import { isMarkdown } from '../resolve/layers.ts'
import type { LayerName } from '../module/module.ts'
import { findOrphans, type Reached } from './orphans.ts'
import type { Resolution, ResolutionStatus, Rung, Suggestion } from '../resolve/trail.ts'

/** A module as the graph shows it. */
export interface GraphModule {
  readonly id: string
  readonly path: string
  readonly kind: string
  readonly name: string
  readonly title: string | null
  readonly version: string | null
  readonly bytes: number
  /** Characters / 4: an estimate. */
  readonly tokens: number
  readonly entry: boolean
  /** True when nothing refers to it, nobody has to start from it, and it stands in the framework's home. */
  readonly orphan: boolean
}

/** A reference and how it ended. */
export interface GraphReference {
  readonly from: string
  readonly line: number
  readonly column: number
  readonly text: string
  readonly target: string
  readonly form: Form
  readonly class: ReferenceClass
  readonly status: ResolutionStatus | null
  readonly to: string | null
  readonly rung: Rung | null
  readonly layer: LayerName | null
  readonly suggestion: Suggestion | null
}

export interface Graph {
  readonly modules: readonly GraphModule[]
  readonly references: readonly GraphReference[]
  /** Each as a path of ids that leads back to its first; dependencies only. */
  readonly cycles: readonly (readonly string[])[]
}

/** A module with the answers to its references, in their order. */
export interface Linked {
  readonly module: Module
  readonly resolutions: readonly Resolution[]
}

/** The graph of modules, sorted by path; references in order of place. */
export function createGraph(linked: readonly Linked[]): Graph {
  const sorted = linked.toSorted((a, b) => compareText(a.module.id, b.module.id))
  const references = sorted.flatMap(referencesOf)
  const orphans = new Set<string>(findOrphans(sorted.map(asReached)).map(({ id }) => id))
  return {
    modules: sorted.map(({ module }) => asGraphModule(module, orphans)),
    references,
    cycles: findCycles(dependencyEdges(sorted)),
  }
}

/** True for references that say "I need this"; links and mentions only point, and `provides_to` points the other way. */
export function isDependency(reference: Pick<Reference, 'form' | 'role'>): boolean {
  const { form, role } = reference
  return form !== 'link' && form !== 'image' && form !== 'mention' && role !== 'provides_to'
}

/** What each module needs among markdown files, by id, in order of place and without repetition. */
export function dependencyEdges(linked: readonly Linked[]): Map<string, string[]> {
  return new Map(linked.map((item) => [item.module.id as string, dependenciesOf(item)]))
}

/** Ids of the modules that one module needs, in order of place. */
export function dependenciesOf({ module, resolutions }: Linked): string[] {
  const found = new Set<string>()
  for (const [index, reference] of module.references.entries()) {
    const to = resolutions[index]?.to
    if (to && isDependency(reference) && isMarkdown(to)) found.add(to)
  }
  return [...found]
}

function referencesOf({ module, resolutions }: Linked): GraphReference[] {
  return module.references.map((reference, index) => {
    const { class: kind, status, to, rung, layer, suggestion } = resolutions[index]!
    const { line, column, text, target, form } = reference
    return {
      from: module.id,
      line,
      column,
      text,
      target,
      form,
      class: kind,
      status,
      to,
      rung,
      layer,
      suggestion,
    }
  })
}

function asGraphModule(module: Module, orphans: ReadonlySet<string>): GraphModule {
  const { id, kind, name, title, version, bytes, tokens, entry } = module
  return { id, path: id, kind, name, title, version, bytes, tokens, entry, orphan: orphans.has(id) }
}

function asReached({ module, resolutions }: Linked): Reached {
  const { id, homePath, kind, entry } = module
  const refersTo = resolutions.flatMap(({ to }) => (to === null || to === id ? [] : [to]))
  return { id, homePath, kind, entry, refersTo }
}

import type { LayerName } from '../module/module.ts'
import type { Form, ReferenceClass } from '../module/reference.ts'
import type { ResolutionStatus, Rung, Suggestion } from '../resolve/trail.ts'
import type { Card } from './card.ts'
import type { Linked } from './linked.ts'

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

/** The references of a module as the graph shows them. */
export function referencesOf({ module, resolutions }: Linked): GraphReference[] {
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

/** A module as the graph shows it: the one that was shown before, where nothing else is said of it now. */
export function showModule(card: Card, orphan: boolean, before: GraphModule | undefined): GraphModule {
  if (before?.orphan === orphan) return before
  const { id, kind, name, title, version, bytes, tokens, entry } = card
  return { id, path: id, kind, name, title, version, bytes, tokens, entry, orphan }
}

import type { LayerName } from '../module/module.ts'
import type { Form, ReferenceClass } from '../module/reference.ts'
import type { ResolutionStatus, Rung, Suggestion } from '../resolve/trail.ts'
import type { Card } from './card.ts'
import type { Catalogued } from './check.ts'
import type { Linked } from './linked.ts'
import { findOrphans } from './orphans.ts'

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

/** The graph of modules; references come in order of place. */
export function createGraph(
  { cards, cycles }: Pick<Catalogued, 'cards' | 'cycles'>,
  references: ReadonlyMap<string, readonly GraphReference[]>,
): Graph {
  const orphans = new Set(findOrphans(cards).map(({ id }) => id))
  return {
    modules: cards.map((card) => asGraphModule(card, orphans)),
    references: cards.flatMap(({ id }) => references.get(id) ?? []),
    cycles,
  }
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

/** Modules that were shown, by their cards: who compares two graphs sees at once what is the same. */
const shown = new WeakMap<Card, GraphModule>()

function asGraphModule(card: Card, orphans: ReadonlySet<string>): GraphModule {
  const { id, kind, name, title, version, bytes, tokens, entry } = card
  const orphan = orphans.has(id)
  const known = shown.get(card)
  if (known?.orphan === orphan) return known
  const module = { id, path: id, kind, name, title, version, bytes, tokens, entry, orphan }
  shown.set(card, module)
  return module
}

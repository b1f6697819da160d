import { classOfFound } from './classify.ts'
import { labelOf, type LayerName, type ReferenceClass } from './layers.ts'
import type { Spot } from './rungs.ts'
import { type Look, type Resolution, type ResolutionStatus, type Rung, triesOf, type Try } from './trail.ts'

/** A resolution as it is remembered, by its looks. There are tens of thousands, so nothing is kept that these tell. */
export interface KeptResolution extends Resolution {
  readonly last: Look | undefined
}

/** What a resolution says besides its tries. */
export type Said = Omit<Resolution, 'tried'>

const nothing: readonly string[] = []

const unresolved: Said = {
  status: 'missing',
  class: 'file',
  to: null,
  layer: null,
  rung: null,
  plugin: null,
  suggestion: null,
  differs: null,
  throughLink: false,
  candidates: nothing,
  hint: null,
}

/** The resolution of what was found by the last look, or, by searching, by one before it. */
export function foundBy(last: Look, { layer, path }: Spot): KeptResolution {
  const isFolder = path === last.found ? last.isFolder : layer.tree.typeOf(path) === 'directory'
  return new FoundResolution(classOfFound(path, isFolder), labelOf(layer, path), last)
}

/** The resolution of what nobody looked for: the file itself, or the answer of a plugin. */
export function foundUnasked(
  { layer, path }: Spot,
  by: { readonly rung: Rung | null; readonly plugin: string | null },
): KeptResolution {
  const isFolder = layer.tree.typeOf(path) === 'directory'
  const to = labelOf(layer, path)
  const said = { status: 'resolved', class: classOfFound(path, isFolder), to, layer: layer.name } as const
  return otherwise({ ...unresolved, ...said, ...by }, undefined)
}

/** The resolution of a reference that named nothing, or too much, where it differs from one that is missing. */
export function notFound(said: Partial<Said>, last?: Look): KeptResolution {
  return otherwise({ ...unresolved, ...said }, last)
}

/** There are few of these. */
function otherwise(said: Said, last: Look | undefined): KeptResolution {
  return {
    ...said,
    last,
    get tried() {
      return triesOf(last)
    },
  }
}

class FoundResolution implements KeptResolution {
  readonly class: ReferenceClass
  readonly to: string
  readonly last: Look

  constructor(kind: ReferenceClass, to: string, last: Look) {
    this.class = kind
    this.to = to
    this.last = last
  }

  get status(): ResolutionStatus {
    const { rung } = this.last
    return rung === 'category' || rung === 'ending' ? 'searched' : 'resolved'
  }

  get layer(): LayerName {
    return this.last.layer.name
  }

  get rung(): Rung {
    return this.last.rung
  }

  get plugin(): null {
    return null
  }

  get suggestion(): null {
    return null
  }

  get differs(): null {
    return null
  }

  get throughLink(): boolean {
    return false
  }

  get candidates(): readonly string[] {
    return nothing
  }

  get hint(): null {
    return null
  }

  get tried(): Try[] {
    return triesOf(this.last)
  }
}

/** Of addresses that are not looked up. */
export const external = notFound({ status: null, class: 'external' })

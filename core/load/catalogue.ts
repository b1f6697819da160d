import type { Diagnostic } from '../base/diagnostic.ts'
import type { Layer } from '../resolve/layers.ts'
import { type Card, createCard } from './card.ts'
import type { Catalogued } from './check.ts'
import { findFragmentFaults } from './fragments.ts'
import type { Library } from './library.ts'

/** The cards of all modules of some layers. */
export interface Catalogue {
  /** Every card, in the order of the layers and their files; loads what is not known yet. */
  cards(): Promise<Catalogued>
}

/** A catalogue of the layers given. */
export function createCatalogue(layers: readonly Layer[], library: Library): Catalogue {
  return {
    async cards() {
      const { linked, diagnostics } = await library.loadEvery(layers)
      const failures: readonly Diagnostic[] = diagnostics
      const moduleOf = await library.withParts(linked)
      const cards: Card[] = linked.map((one) =>
        createCard(one, [...library.findings(one), ...findFragmentFaults(one, moduleOf)]),
      )
      return { cards, failures }
    },
  }
}

import { type Diagnostic, toDiagnostic } from '../base/diagnostic.ts'
import { spotAt } from '../resolve/spots.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Library } from './library.ts'
import type { Registry } from './registry.ts'

/** Loads the modules that the references name and pins them, each by itself; gives why some could not be loaded. */
export async function preload(
  {
    library,
    registry,
    layers,
  }: { readonly library: Library; readonly registry: Registry; readonly layers: readonly Layer[] },
  references: readonly string[],
): Promise<readonly Diagnostic[]> {
  const settled = await Promise.allSettled(
    references.map(async (reference) => registry.pin(spotAt(layers, (await library.load(reference)).id))),
  )
  return settled.flatMap((result) => {
    if (result.status === 'rejected') return [toDiagnostic(result.reason)]
    return result.value.ok ? [] : [result.value.diagnostic]
  })
}

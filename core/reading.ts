import { createLibrary, type Library } from './load/library.ts'
import { createLoader } from './load/loader.ts'
import { createRegistry } from './load/registry.ts'
import type { HookCalls } from './plugin/hooks.ts'
import { superAlias } from './module/reference.ts'
import type { Layer } from './resolve/layers.ts'
import { createResolver } from './resolve/resolver.ts'
import type { Spot } from './resolve/rungs.ts'
import { parsePath } from './vfs/gate.ts'
import { parentOf } from './vfs/path.ts'

/** The library over the layers, the project first; plugins' steps are passed into its parts as plain functions. */
export function openLibrary(layers: readonly Layer[], folder: string | null, calls: HookCalls): Library {
  const project = layers[0]!
  const aliases = new Set([...project.aliases.keys(), superAlias])
  const resolver = createResolver({
    layers,
    folder,
    answer(asked, from) {
      const answer = calls.resolve({ reference: { ...asked, fragment: null }, from: from?.path ?? null })
      const parsed = answer && parsePath(answer.path)
      return parsed?.ok && project.tree.typeOf(parsed.value)
        ? { path: parsed.value, plugin: answer!.plugin }
        : undefined
    },
  })
  const loader = createLoader({
    aliases: new Set(layers.flatMap((layer) => [...layer.aliases.keys()])),
    virtual: (spot) => (spot.layer === project ? calls.load(spot.path) : undefined),
    references: (document, exists) => calls.references(document, { aliases, exists }),
    parse: (draft, { layer }) => calls.parse(draft, { isFile: (path) => isFile(layer, path) }),
    validate: calls.validate,
    exists,
  })
  const registry = createRegistry(loader, calls.registered)
  return createLibrary({ layers, resolver, registry })
}

function exists({ layer, path }: Spot, target: string): boolean {
  const folder = parentOf(path)
  return isFile(layer, folder === '' ? target : `${folder}/${target}`)
}

function isFile(layer: Layer, path: string): boolean {
  const parsed = parsePath(path)
  return parsed.ok && layer.tree.typeOf(parsed.value) === 'file'
}

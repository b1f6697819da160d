import { createLimit } from './base/limit.ts'
import { type Catalogue, createCatalogue } from './load/catalogue.ts'
import { type Diagnostic, HeddleError } from './base/diagnostic.ts'
import { createLibrary, type Library } from './load/library.ts'
import { createLoader } from './load/loader.ts'
import { type PipelineStep, tracePipeline } from './load/pipeline.ts'
import { preload } from './load/preload.ts'
import { createProbes } from './load/probes.ts'
import { type CacheLimits, ModuleCache } from './load/module-cache.ts'
import { createRegistry, type RegistryFigures } from './load/registry.ts'
import { fewAnswers, type Refreshing, refreshReading } from './load/refresh.ts'
import type { CardStore } from './load/store.ts'
import type { HookCalls } from './plugin/hooks.ts'
import { createDocument } from './module/document.ts'
import { superAlias } from './module/reference.ts'
import { createAnswers } from './resolve/answers.ts'
import { homePathOf, labelOf, type Layer } from './resolve/layers.ts'
import { type Answer, type Asked, createResolver } from './resolve/resolver.ts'
import type { Spot } from './resolve/rungs.ts'
import { spotAt } from './resolve/spots.ts'
import type { Resolution } from './resolve/trail.ts'
import { parsePath } from './vfs/gate.ts'
import { type Path, parentOf } from './vfs/path.ts'
import { decodeText } from './vfs/text.ts'

/** The reading side of a framework. */
export interface Reading {
  readonly layers: readonly Layer[]
  readonly library: Library
  /** What a reference names as written in a file, by its path as people see it; the same question is answered once. */
  resolve(reference: string, from?: string): Resolution | undefined
  /** The cards of the project's own layers: what is built in is checked where it is written. */
  readonly catalogue: Catalogue
  /** Loads the modules that the references name, and keeps them; gives why some could not be. */
  preload(references: readonly string[]): Promise<readonly Diagnostic[]>
  /** The way from a file's text to its module, step by step; rejects with what reading it finds. */
  trace(spot: Spot): Promise<readonly PipelineStep[]>
  readonly figures: RegistryFigures
  /** The text of a module that a plugin makes up. */
  virtual(spot: Spot): string | undefined
  /**
   * Takes in what changed on disk, at the paths given or anywhere, and gives the modules that must be loaded or judged anew;
   * undefined when the framework has come to have other homes or aliases: then everything must be opened anew.
   */
  refresh(dirty?: ReadonlySet<Path>): Promise<readonly string[] | undefined>
  /** Ends its timers; what has begun goes on. */
  close(): void
}

export interface ReadingOptions {
  readonly layers: readonly Layer[]
  /** The project's folder on the machine; null where there is none. */
  readonly folder: string | null
  readonly calls: HookCalls
  /** Where cards are kept between processes. */
  readonly store?: CardStore | undefined
  /** Ids of modules that every process reads for itself. */
  readonly unkept?: ReadonlySet<string> | undefined
  /** How much the registry keeps in memory, and how long. */
  readonly limits: CacheLimits
}

/** The reading side over the layers, the project first; plugins' steps are passed into its parts as plain functions. */
export function openReading(options: ReadingOptions): Reading {
  const { layers, folder, calls, store, unkept, limits } = options
  const project = layers[0]!
  const aliases = new Set([...project.aliases.keys(), superAlias])
  const probes = createProbes()
  const resolver = createResolver({
    layers,
    folder,
    ...(calls.resolves() && { answer: (asked: Asked, from: Spot | null) => answer(asked, from) }),
  })
  const allAliases = new Set(layers.flatMap((layer) => [...layer.aliases.keys()]))
  const virtual = (spot: Spot): string | undefined =>
    spot.layer === project ? calls.load(spot.path) : undefined
  const loader = createLoader({
    aliases: allAliases,
    virtual,
    references: (document, exists) => calls.references(document, { aliases, exists }),
    parse: (draft, spot) => calls.parse(draft, { isFile: (path) => isFile(spot, path) }),
    validate: calls.validate,
    exists: isBeside,
  })
  const cache = new ModuleCache(limits)
  const registry = createRegistry(loader, calls.registered, cache)
  const library = createLibrary({ layers, resolver, registry })
  const alone = createLimit(1)
  const catalogue = createCatalogue({
    layers: layers.filter(isTheirs),
    library,
    probes,
    store,
    unkept,
    alone,
  })
  const { invalidated } = calls
  const refreshing: Refreshing = {
    layers,
    resolver,
    registry,
    catalogue,
    probes,
    stamps: new Map(),
    mostAnswers: fewAnswers,
    invalidated,
  }
  const answers = createAnswers((from) => spotAt(layers, from), library.resolve)
  return {
    layers,
    library,
    resolve: answers.get,
    catalogue,
    virtual,
    preload: (references) => preload({ library, registry, layers }, references),
    async trace(spot) {
      const { layer, path } = spot
      const made = virtual(spot)
      const bytes = made === undefined ? await layer.files.read(path) : Buffer.from(made)
      const label = labelOf(layer, path)
      const text = decodeText(bytes, label)
      if (!text.ok) throw new HeddleError(text.diagnostic)
      const at = { label, path, layer: layer.name, homePath: homePathOf(layer, path) }
      return tracePipeline({
        document: createDocument({ ...at, text: text.value }),
        bytes: bytes.byteLength,
        aliases: allAliases,
        steps: calls.steps({
          aliases,
          exists: (target) => isBeside(spot, target),
          isFile: (path) => isFile(spot, path),
        }),
      })
    },
    get figures() {
      return registry.figures
    },
    refresh: (dirty) =>
      alone(async () => {
        try {
          return await refreshReading(refreshing, dirty)
        } finally {
          answers.clear()
        }
      }),
    close: () => cache.close(),
  }

  function answer(asked: Asked, from: Spot | null): Answer | undefined {
    const given = calls.resolve({
      reference: { target: asked.target, form: asked.form, fragment: null },
      from: from?.path ?? null,
    })
    const parsed = given && parsePath(given.path)
    return parsed?.ok && project.tree.typeOf(parsed.value)
      ? { path: parsed.value, plugin: given!.plugin }
      : undefined
  }

  function isBeside(spot: Spot, target: string): boolean {
    const folder = parentOf(spot.path)
    return isFile(spot, folder === '' ? target : `${folder}/${target}`)
  }

  function isFile(spot: Spot, path: string): boolean {
    const parsed = parsePath(path)
    if (!parsed.ok) return false
    probes.note(spot, parsed.value)
    return spot.layer.tree.typeOf(parsed.value) === 'file'
  }
}

/** The project's own layers and the user's: what is checked. */
export function isTheirs(layer: Layer): boolean {
  return layer.name === 'project' || layer.name === 'user'
}

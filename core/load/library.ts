import { type Diagnostic, HeddleError } from '../base/diagnostic.ts'
import { describeLink } from '../module/draft.ts'
import type { Module } from '../module/module.ts'
import { type Form, parseReference } from '../module/reference.ts'
import { findingOf } from '../resolve/findings.ts'
import { homePathOf, isMarkdown, labelOf, type Layer } from '../resolve/layers.ts'
import type { Asked, Resolver } from '../resolve/resolver.ts'
import type { Spot } from '../resolve/rungs.ts'
import type { Resolution } from '../resolve/trail.ts'
import { isDependency, type Linked } from './graph.ts'
import type { Registry } from './registry.ts'

/** Modules that were loaded, and what was wrong with those that were not. */
export interface Loaded {
  readonly linked: readonly Linked[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What references name, and what belongs to it: resolver and registry as one. Loading is lazy. */
export interface Library {
  /** Undefined for text that is no reference: empty, or an address of the web. */
  resolve(reference: string, from?: Spot): Resolution | undefined
  /** The same for a reference as a file holds it. */
  resolveAs(asked: Asked, from: Spot | null): Resolution
  /** The file that a resolution found. */
  spotOf(resolution: Resolution): Spot | undefined
  /** The module that a reference names; rejects with the finding when there is none. */
  load(reference: string, from?: Spot): Promise<Module>
  /** The module at a spot; rejects with its finding when it cannot be read. */
  loadSpot(spot: Spot): Promise<Module>
  /** Every markdown file of the layers given, each settled by itself. */
  loadEvery(layers: readonly Layer[]): Promise<Loaded>
  /** A module with what it needs, depth first, each once; what cannot be found or loaded is a finding. */
  closure(start: readonly Module[]): Promise<Loaded>
  /** Loads the modules of which some reference names a part, those of other layers included; gives all that are known by id. */
  withParts(linked: readonly Linked[]): Promise<(id: string) => Module | undefined>
  link(module: Module): Linked
  /** Findings about the references of one module. */
  findings(linked: Linked): Diagnostic[]
}

export interface LibraryOptions {
  readonly layers: readonly Layer[]
  readonly resolver: Resolver
  readonly registry: Registry
}

/** A library over the layers, the project first. */
export function createLibrary({ layers, resolver, registry }: LibraryOptions): Library {
  function resolve(reference: string, from?: Spot): Resolution | undefined {
    const parsed = parseReference(reference)
    return parsed && resolver.resolve({ target: parsed.target, form: formOf(reference) }, from ?? null)
  }

  async function load(reference: string, from?: Spot): Promise<Module> {
    const resolution = resolve(reference, from)
    if (!resolution) throw new HeddleError(notAReference(reference))
    const spot = resolver.spotOf(resolution)
    if (spot && isMarkdown(spot.path)) return loadSpot(spot)
    throw new HeddleError(unusable(reference, resolution))
  }

  async function loadSpot(spot: Spot): Promise<Module> {
    const result = await registry.get(spot)
    if (!result.ok) throw new HeddleError(result.diagnostic)
    return result.value
  }

  function link(module: Module): Linked {
    const from = placeOf(layers, module)
    const resolutions = module.references.map(({ target, form }) => resolver.resolve({ target, form }, from))
    return { module, resolutions }
  }

  function findings({ module, resolutions }: Linked): Diagnostic[] {
    return module.references
      .map((reference, index) => findingOf(reference, resolutions[index]!, module.id))
      .filter((finding) => finding !== undefined)
  }

  async function loadEvery(wanted: readonly Layer[]): Promise<Loaded> {
    const results = await registry.getMany(wanted.flatMap(markdownOf))
    const linked = wanted.flatMap(linksOf).map(link)
    const diagnostics: Diagnostic[] = []
    for (const result of results) {
      if (result.ok) linked.push(link(result.value))
      else diagnostics.push(result.diagnostic)
    }
    return { linked, diagnostics }
  }

  async function closure(start: readonly Module[]): Promise<Loaded> {
    const linked: Linked[] = []
    const diagnostics: Diagnostic[] = []
    const seen = new Set<string>(start.map(({ id }) => id))
    const stack = start.toReversed()
    for (let module = stack.pop(); module; module = stack.pop()) {
      const own = link(module)
      linked.push(own)
      diagnostics.push(...module.diagnostics, ...findings(own))
      const needed = await Promise.all(neededBy(own, seen).map((spot) => registry.get(spot)))
      for (const result of needed.toReversed()) {
        if (result.ok) stack.push(result.value)
        else diagnostics.push(result.diagnostic)
      }
    }
    return { linked, diagnostics }
  }

  async function withParts(linked: readonly Linked[]): Promise<(id: string) => Module | undefined> {
    const modules = new Map<string, Module>(
      linked.filter(({ module }) => module.digest !== '').map(({ module }) => [module.id, module]),
    )
    const spots = new Map<string, Spot>()
    for (const { module, resolutions } of linked) {
      for (const [index, { fragment, form }] of module.references.entries()) {
        const { to, class: kind } = resolutions[index]!
        if (!fragment || form === 'mention' || to === null || kind !== 'module' || modules.has(to)) continue
        const spot = resolver.spotOf(resolutions[index]!)
        if (spot && !spot.layer.tree.isLink(spot.path)) spots.set(to, spot)
      }
    }
    for (const result of await registry.getMany([...spots.values()]))
      if (result.ok) modules.set(result.value.id, result.value)
    return (id) => modules.get(id)
  }

  function neededBy({ module, resolutions }: Linked, seen: Set<string>): Spot[] {
    const needed: Spot[] = []
    for (const [index, reference] of module.references.entries()) {
      const resolution = resolutions[index]!
      const spot = resolver.spotOf(resolution)
      if (!spot || !isDependency(reference) || !isMarkdown(spot.path) || seen.has(resolution.to!)) continue
      seen.add(resolution.to!)
      needed.push(spot)
    }
    return needed
  }

  const { resolve: resolveAs, spotOf } = resolver
  return { resolve, resolveAs, spotOf, load, loadSpot, loadEvery, closure, withParts, link, findings }
}

/** The markdown files of a layer, links and folders named like files left out. */
export function markdownOf(layer: Layer): Spot[] {
  return layer.tree.files
    .filter((path) => isMarkdown(path) && !layer.tree.isLink(path) && layer.tree.typeOf(path) === 'file')
    .map((path) => ({ layer, path }))
}

/** Symbolic links that are named like markdown files: listed, not followed. */
function linksOf(layer: Layer): Module[] {
  return layer.tree.files
    .filter((path) => isMarkdown(path) && layer.tree.isLink(path))
    .map((path) =>
      describeLink({
        label: labelOf(layer, path),
        path,
        layer: layer.name,
        homePath: homePathOf(layer, path),
      }),
    )
}

function placeOf(layers: readonly Layer[], module: Module): Spot | null {
  const layer = layers.find(
    ({ name, label }) => name === module.layer && module.id === `${label}${module.path}`,
  )
  return layer ? { layer, path: module.path } : null
}

function formOf(reference: string): Form {
  return reference.startsWith('@') ? 'alias' : 'tag'
}

function notAReference(reference: string): Diagnostic {
  return {
    code: 'REFERENCE_SYNTAX',
    severity: 'error',
    message: `"${reference}" is not a reference.`,
    hint: 'Write a path or an alias such as @modules/patterns/x.md.',
  }
}

function unusable(reference: string, resolution: Resolution): Diagnostic {
  const own = {
    text: reference,
    form: formOf(reference),
    line: 1,
    column: 1,
    offset: 0,
    target: reference,
    fragment: null,
  }
  const finding = findingOf(own, { ...resolution, class: 'module' }, '')
  if (finding && finding.severity === 'error') {
    const { at: _, ...plain } = finding
    return plain
  }
  return {
    code: 'NOT_A_MODULE',
    severity: 'error',
    message: `"${reference}" is ${resolution.to ? `${resolution.to}, which is not a markdown module` : 'not a file of this project'}.`,
    hint: 'Name a .md, .mdx or .markdown file.',
  }
}

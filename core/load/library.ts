import { type Diagnostic, HeddleError } from '../base/diagnostic.ts'
import { done, type Result } from '../base/result.ts'
import { describeLink } from '../module/draft.ts'
import type { Module } from '../module/module.ts'
import { type Form, parseReference } from '../module/reference.ts'
import { faultOf, findingOf } from '../resolve/findings.ts'
import { homePathOf, isMarkdown, labelOf, type Layer } from '../resolve/layers.ts'
import type { Asked, Resolver } from '../resolve/resolver.ts'
import type { Spot } from '../resolve/rungs.ts'
import { idOf, spotAt } from '../resolve/spots.ts'
import type { Resolution } from '../resolve/trail.ts'
import { isDependency, type Linked } from './linked.ts'
import type { UseLoaded } from './loader.ts'
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
  /** A module by its id; undefined for a link, and for what cannot be read. */
  loadId(id: string): Promise<Module | undefined>
  /** True for a module that was read before now, or is being read: its file may have changed since. */
  isRead(spot: Spot): boolean
  /** The modules at all of the spots, each settled by itself, in the order given. */
  getMany(spots: readonly Spot[]): Promise<readonly Result<Module>[]>
  /** The same, each told as soon as it is there, in an order of their own; `inPassing` when one look at each is all. */
  getEach(spots: readonly Spot[], use: UseLoaded, how?: { readonly inPassing: boolean }): Promise<void>
  /** Every markdown file of the layers given, each settled by itself. */
  loadEvery(layers: readonly Layer[]): Promise<Loaded>
  /** A module with what it needs, depth first, each once; what cannot be found or loaded is a finding. */
  closure(start: readonly Module[]): Promise<Loaded>
  /** The answers to a module's references; `at` is where it stands, found by its id when left out. */
  link(module: Module, at?: Spot): Linked
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

  async function loadId(id: string): Promise<Module | undefined> {
    const spot = spotAt(layers, id)
    if (spot.layer.tree.isLink(spot.path)) return undefined
    const result = await registry.get(spot)
    return result.ok ? result.value : undefined
  }

  function isRead(spot: Spot): boolean {
    return registry.peek(idOf(spot)) !== undefined || registry.isLoading(idOf(spot))
  }

  async function getMany(spots: readonly Spot[]): Promise<readonly Result<Module>[]> {
    const results = Array.from<Result<Module>>({ length: spots.length })
    await getEach(spots, (result, index) => (results[index] = result))
    return results
  }

  async function getEach(
    spots: readonly Spot[],
    use: UseLoaded,
    how?: { readonly inPassing: boolean },
  ): Promise<void> {
    const files: number[] = []
    for (const [index, spot] of spots.entries()) {
      if (spot.layer.tree.isLink(spot.path)) use(done(describe(spot)), index)
      else files.push(index)
    }
    const wanted = files.map((index) => spots[index]!)
    await registry.getEach(wanted, (result, at) => use(result, files[at]!), how)
  }

  function link(module: Module, at?: Spot): Linked {
    const from = at ?? placeOf(layers, module)
    const resolutions = module.references.map((asked) => resolver.resolve(asked, from))
    return { module, resolutions }
  }

  function findings({ module, resolutions }: Linked): Diagnostic[] {
    const found: Diagnostic[] = []
    for (const [index, reference] of module.references.entries()) {
      const finding = findingOf(reference, resolutions[index]!, module.id)
      if (finding) found.push(finding)
    }
    return found
  }

  async function loadEvery(wanted: readonly Layer[]): Promise<Loaded> {
    const spots = wanted.flatMap(spotsIn)
    const linked: Linked[] = []
    const diagnostics: Diagnostic[] = []
    for (const [index, result] of (await getMany(spots)).entries()) {
      if (result.ok) linked.push(link(result.value, spots[index]))
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
      // One after the other: a call takes only so many arguments.
      for (const finding of [...module.diagnostics, ...findings(own)]) diagnostics.push(finding)
      const needed = await Promise.all(neededBy(own, seen).map((spot) => registry.get(spot)))
      for (const result of needed.toReversed()) {
        if (result.ok) stack.push(result.value)
        else diagnostics.push(result.diagnostic)
      }
    }
    return { linked, diagnostics }
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
  return {
    resolve,
    resolveAs,
    spotOf,
    load,
    loadSpot,
    loadId,
    isRead,
    getMany,
    getEach,
    loadEvery,
    closure,
    link,
    findings,
  }
}

/** The markdown files of a layer, and links that are named like such; folders and special files left out. */
export function spotsIn(layer: Layer): Spot[] {
  const spots: Spot[] = []
  for (const path of layer.tree.files) {
    const type = isMarkdown(path) ? layer.tree.entryType(path) : undefined
    if (type === 'file' || type === 'link') spots.push({ layer, path })
  }
  return spots
}

/** A symbolic link that is named like a markdown file: listed, not followed. */
function describe({ layer, path }: Spot): Module {
  const homePath = homePathOf(layer, path)
  return describeLink({ label: labelOf(layer, path), path, layer: layer.name, homePath })
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
  const finding = faultOf(own, resolution, '')
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

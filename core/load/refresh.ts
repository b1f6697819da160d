import { digest } from '../base/key.ts'
import type { ModuleId } from '../module/module.ts'
import { isMarkdown, labelOf, type Layer } from '../resolve/layers.ts'
import type { Resolver } from '../resolve/resolver.ts'
import { idOf } from '../resolve/spots.ts'
import { isWithin, type Path } from '../vfs/path.ts'
import type { TreeChange } from '../vfs/tree-refresh.ts'
import type { Catalogue, Entry } from './catalogue.ts'
import type { Probes } from './probes.ts'
import type { Registry } from './registry.ts'
import { digestByStamp, lookAtStamps, type StampBook } from './stamp-book.ts'

export interface Refreshing {
  readonly layers: readonly Layer[]
  readonly resolver: Resolver
  readonly registry: Registry
  readonly catalogue: Catalogue
  readonly probes: Probes
  readonly stamps: StampBook
  /** With more answers than these, the resolver forgets those that no card uses; it grows with what is used. */
  mostAnswers: number
  /** Told of every module that is forgotten. */
  invalidated(path: Path): void
}

/**
 * Takes in what changed in the layers that people work in. Names first: the trees are listed again, and answers whose trail
 * meets a change are forgotten. Then contents: a module whose bytes differ is forgotten. What is forgotten is made again when it is
 * next asked for. Undefined when a layer has come to have other homes or aliases, so that it must be opened anew. `dirty` are
 * paths of the project where something may have changed; without them everything is looked at.
 */
export async function refreshReading(
  parts: Refreshing,
  dirty: ReadonlySet<Path> | undefined,
): Promise<readonly string[] | undefined> {
  const forgotten: string[] = []
  for (const layer of dirty ? parts.layers.slice(0, 1) : parts.layers.filter(isWorkedIn)) {
    const change = await refreshTree(layer, dirty)
    if (!change || layer.fits?.() === false) return undefined
    const changed = await findChanged(layer, parts, dirty)
    forgotten.push(...forget(parts, layer, { change, changed }))
  }
  if (parts.resolver.size > parts.mostAnswers) {
    const used = parts.catalogue.resolutions()
    parts.resolver.keepOnly(used)
    parts.mostAnswers = Math.max(fewAnswers, used.size * 2)
  }
  return forgotten
}

/** So many answers of the resolver are not worth asking whether somebody uses them. */
export const fewAnswers = 500

function isWorkedIn({ name }: Layer): boolean {
  return name === 'project' || name === 'user'
}

/** Undefined when git has come to know the folder, or knows it no more. */
async function refreshTree(
  layer: Layer,
  dirty: ReadonlySet<Path> | undefined,
): Promise<TreeChange | undefined> {
  const { list, isListed, tree } = layer
  if (!list || (dirty && ![...dirty].some((path) => isNews(layer, path)))) return tree.refresh({ dirty })
  const listed = await list()
  return (listed !== undefined) === isListed ? tree.refresh({ dirty, listed }) : undefined
}

/** False for a file that was there and still is: what git shows is then the same, unless the file says what git ignores. */
function isNews({ tree, files }: Layer, path: Path): boolean {
  if (path.endsWith('.gitignore') || tree.typeOf(path) !== 'file') return true
  try {
    return files.sync?.stat(path)?.type !== 'file'
  } catch {
    return true
  }
}

/** Ids of modules whose bytes are no longer those that somebody remembers, or that are just being read. */
async function findChanged(
  layer: Layer,
  { catalogue, registry, stamps }: Refreshing,
  dirty: ReadonlySet<Path> | undefined,
): Promise<Set<string>> {
  const changed = new Set<string>()
  const paths = [...filesAt(layer, dirty)].filter(isMarkdown)
  const looked = lookAtStamps(layer, paths)
  for (const [index, path] of paths.entries()) {
    const id = idOf({ layer, path })
    // What is only a link to the catalogue was never read for it.
    const known = [catalogue.peek(id)?.digest, registry.peek(id)?.digest].filter(Boolean)
    if (registry.isLoading(id)) changed.add(id)
    else if (known.length > 0) {
      const stamp = looked[index]
      const now = digestByStamp(stamps.get(id), stamp) ?? (await digestAt(layer, path))
      if (stamp && now !== undefined) stamps.set(id, { stamp, digest: now })
      else stamps.delete(id)
      if (known.some((before) => before !== now)) changed.add(id)
    }
  }
  return changed
}

/** Where bytes may have changed: another folder may have come in place of one; what is behind a link changes at another path. */
function filesAt({ tree }: Layer, dirty: ReadonlySet<Path> | undefined): Iterable<Path> {
  if (!dirty) return tree.files
  const folders = [...dirty].filter((path) => tree.typeOf(path) === 'directory')
  if (folders.length === 0) return new Set([...dirty, ...tree.links])
  const below = tree.files.filter((path) => folders.some((folder) => isWithin(path, folder)))
  return new Set([...dirty, ...tree.links, ...below])
}

async function digestAt(layer: Layer, path: Path): Promise<string | undefined> {
  try {
    return digest(layer.files.sync ? layer.files.sync.read(path) : await layer.files.read(path))
  } catch {
    return undefined
  }
}

/** Takes out what the changes concern; the modules themselves where their bytes, or files that they were read with an eye on, changed. */
function forget(
  { resolver, registry, catalogue, probes, stamps, invalidated }: Refreshing,
  layer: Layer,
  { change, changed }: { readonly change: TreeChange; readonly changed: ReadonlySet<string> },
): readonly string[] {
  const answers = resolver.forget(layer, change)
  const moved = new Set([...change.added, ...change.removed].map((path) => labelOf(layer, path)))
  if (moved.size === 0 && changed.size === 0) return []
  for (const id of moved) stamps.delete(id)
  const mustLoad = (id: string): boolean =>
    changed.has(id) || moved.has(id) || [...probes.of(id)].some((path) => moved.has(path))
  const isStale = ({ card, resolutions }: Entry): boolean =>
    // Nobody knows any more what a card that was kept looked at, so any name may concern it.
    mustLoad(card.id) || (resolutions ? resolutions.some((one) => answers.has(one)) : true)
  // Where no name is another, only what was changed is concerned, and nobody else need be asked.
  const taken = catalogue.takeOut(moved.size === 0 ? changed : catalogue.idsWhere(isStale))
  for (const id of moved.size === 0 ? changed : registry.ids().filter(mustLoad)) registry.drop(id as ModuleId)
  for (const id of changed) probes.forget(id)
  for (const id of taken) invalidated(id as Path)
  return taken
}

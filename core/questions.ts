import { type Diagnostic, fail } from './base/diagnostic.ts'
import { type CheckReport, checkCards } from './load/check.ts'
import { type Deletion, findBroken } from './load/deletion.ts'
import { findAmbiguousNames, findHardLinks } from './load/file-findings.ts'
import type { Card } from './load/card.ts'
import { findPlace } from './load/places.ts'
import { findChains, findReferrers, type Referrers } from './load/referrers.ts'
import type { Linked } from './load/linked.ts'
import { asksProject, findUnanswered } from './load/unanswered.ts'
import type { ProjectData } from './plugin/configured.ts'
import { isTheirs, type Reading } from './reading.ts'
import { labelOf, type Layer } from './resolve/layers.ts'
import type { Spot } from './resolve/rungs.ts'
import { idOf, spotAt } from './resolve/spots.ts'
import type { Path } from './vfs/path.ts'
import { isAtOrBelow, treeWithout } from './vfs/tree-without.ts'

/** What to check; everything when left out. */
export interface CheckOptions {
  /** Files and folders of the project, or references to them: only what stands in them is counted and given. */
  readonly paths?: readonly string[]
}

/** What is to be checked, and what is known from elsewhere. */
export interface Checking extends CheckOptions {
  readonly root: string
  /** Ids of modules that have other names on the disk. */
  readonly hardLinks: ReadonlySet<string>
  /** What the configuration says of the project; undefined when it was not read, and may say more. */
  readonly project: ProjectData | undefined
  /** What plugins did wrong, asked when everything is loaded. */
  faults(): readonly Diagnostic[]
}

/** Checks everything, and gives what was found in the files asked for. Rejects with NOT_FOUND for a path where nothing is. */
export async function checkReading(reading: Reading, checking: Checking): Promise<CheckReport> {
  const { paths, root, hardLinks, project, faults } = checking
  const isAsked = paths && isInOneOf(paths.map((path) => findPlace(path, reading)))
  const catalogued = await reading.catalogue.cards()
  const also = [
    ...findAmbiguousNames(reading.layers.filter(isTheirs)),
    ...findHardLinks(hardLinks, catalogued.cards),
    ...findUnanswered(catalogued.cards, await readIsSaid(reading, catalogued.cards, project)),
    ...faults(),
  ]
  return checkCards(root, catalogued, { also, ...(isAsked && { isAsked }) })
}

/** Whether the project says something of itself; true of everything when nobody can know. */
async function readIsSaid(
  { layers }: Reading,
  cards: readonly Card[],
  project: ProjectData | undefined,
): Promise<(path: string) => boolean> {
  if (project === undefined || !asksProject(cards)) return () => true
  const [{ readProjectValues }, { valueAt }] = await Promise.all([
    import('./plugin/configured.ts'),
    import('./module/project-values.ts'),
  ])
  const values = await readProjectValues(layers[0]!, project)
  return (path) => valueAt(values, path) !== undefined
}

/** Who refers to a file or folder, named by path or reference; with `deep`, what leads there over several files too. */
export async function findWho(
  { layers, library }: Reading,
  text: string,
  { deep = false }: { readonly deep?: boolean },
): Promise<Referrers> {
  const place = placeAt(text, { layers, library })
  const path = idOf(place)
  const { linked } = await library.loadEvery(layers.filter(isTheirs))
  const exists = place.layer.tree.typeOf(place.path) !== undefined
  const referrers = findReferrers(linked, { path, exists })
  return { path, referrers, ...(deep && { chains: findChains(linked, path) }) }
}

/**
 * What would break without some files and folders. `reopen` gives the reading side over other layers: every reference is
 * resolved again as if the files were not there, so that whatever would take their place is found.
 */
export async function findDeletion(
  reading: Reading,
  texts: readonly string[],
  reopen: (layers: readonly Layer[]) => Reading,
): Promise<Deletion> {
  const { layers, library } = reading
  const places = texts.map((text) => deletable(findPlace(text, reading)))
  const isGone = isInOneOf(places)
  const theirs = layers.filter(isTheirs)
  const deleted = theirs.flatMap((layer) =>
    layer.tree.files.map((path) => labelOf(layer, path)).filter((id) => isGone(id)),
  )
  const after = reopen(layers.map((layer) => without(layer, places)))
  const { linked } = await library.loadEvery(theirs)
  return findBroken({ linked, deleted, relink: ({ module }: Linked) => after.library.link(module) })
}

/** A place by reference or path; what looks like a path may be one where nothing is yet. */
function placeAt(text: string, places: Pick<Reading, 'layers' | 'library'>): Spot {
  const isPath = !text.startsWith('@') && /\.\w+$/.test(text)
  const spot = isPath ? spotAt(places.layers, text) : undefined
  return spot && !places.library.resolve(text)?.to ? spot : findPlace(text, places)
}

function deletable(spot: Spot): Spot {
  return isTheirs(spot.layer)
    ? spot
    : fail('READ_ONLY', `"${idOf(spot)}" is not part of the project.`, 'Name a file of the project.')
}

function isInOneOf(places: readonly Spot[]): (id: string) => boolean {
  const isIn = isAtOrBelow(places.map((place) => idOf(place) as string as Path))
  return (id) => isIn(id as Path)
}

function without(layer: Layer, places: readonly Spot[]): Layer {
  const gone = places.filter((place) => place.layer === layer).map(({ path }) => path)
  return gone.length === 0 ? layer : { ...layer, tree: treeWithout(layer.tree, gone) }
}

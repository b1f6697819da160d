import { digest } from '../base/key.ts'
import type { Layer } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import type { Resolution } from '../resolve/trail.ts'
import { dependsOnAllNames } from '../resolve/staleness.ts'
import type { Stamp } from '../vfs/file-system.ts'
import { parentOf, type Path, rootPath } from '../vfs/path.ts'
import { isSameStamp } from '../vfs/stamp.ts'
import type { WholeFound } from './among.ts'
import type { Card } from './card.ts'

/** What a card depends on besides the bytes of its module. */
export interface Dependencies {
  /** Folders in which its references were looked for, as people see them. */
  readonly folders: readonly string[]
  /** True when some answer depends on all names: it searched, or it suggests. */
  readonly searches: boolean
}

/** A card as it outlives a process. */
export interface KeptCard extends Dependencies {
  readonly card: Card
  /** Undefined for a card that is not to be believed, and is only there to tell whether the whole is the same. */
  readonly stamp: Stamp | undefined
}

/** The cards of a catalogue, and what the folders that they depend on looked like. */
export interface Snapshot {
  readonly cards: readonly KeptCard[]
  /** What was found when all of them were looked at together; undefined when nobody asked. */
  readonly whole?: WholeFound | undefined
  /** Digests of listings, by the folder as people see it. */
  readonly folders: ReadonlyMap<string, string>
  /** Digest of the names of all files that listings show. */
  readonly files: string
}

/** Where the references of a module were looked for, and the files that it was read with an eye on. */
export function dependenciesIn(resolutions: readonly Resolution[], probes: Iterable<string>): Dependencies {
  const folders = new Set<string>()
  let searches = false
  for (const resolution of resolutions) {
    if (resolution.status === null) continue
    searches ||= dependsOnAllNames(resolution)
    for (const { path } of resolution.tried) folders.add(parentOf(path as Path))
  }
  for (const path of probes) folders.add(parentOf(path as Path))
  return { folders: [...folders], searches }
}

/**
 * The snapshot of cards; those that name parts of modules in packages are not to be believed: whether these change is not
 * looked at.
 */
export function takeSnapshot(
  layers: readonly Layer[],
  cards: readonly KeptCard[],
  whole: WholeFound | undefined,
): Snapshot {
  const labels = layers.filter(({ name }) => name === 'package').map(({ label }) => label)
  const namesPackage = ({ uses }: Card): boolean =>
    labels.length > 0 && uses.some(({ to }) => labels.some((label) => to.startsWith(label)))
  const digestOf = listingDigests(layers)
  const nearest = nearestFolders(layers)
  const seen = new Map<string, string>()
  const see = (folders: readonly string[]): void => {
    for (const folder of folders) if (!seen.has(folder)) seen.set(folder, digestOf(folder))
  }
  const kept = cards.map((each) => {
    const { card, stamp, folders, searches } = each
    const there = folders.map(nearest)
    see(there)
    // What comes from a store is written as it was read.
    if (!namesPackage(card) && folders.every((folder, index) => folder === there[index])) return each
    return { card, stamp: namesPackage(card) ? undefined : stamp, folders: [...new Set(there)], searches }
  })
  return { cards: kept, folders: seen, files: filesDigest(layers), whole }
}

/** The folder itself, or the nearest above it that is there: its listing shows when the others come. */
function nearestFolders(layers: readonly Layer[]): (folder: string) => string {
  const placeOf = placesIn(layers)
  const known = new Map<string, string>()
  const find = (folder: string): string => {
    const { layer, path } = placeOf(folder)
    return path === rootPath || layer.tree.typeOf(path) === 'directory'
      ? folder
      : nearest(parentOf(folder as Path))
  }
  const nearest = (folder: string): string => {
    const found = known.get(folder) ?? find(folder)
    known.set(folder, found)
    return found
  }
  return nearest
}

/**
 * The cards of a snapshot that still say what a fresh load would: the stamp of the file is the same, and so is the listing of
 * every folder on which the card depends.
 */
export function stillValid(
  { cards, folders, files }: Snapshot,
  layers: readonly Layer[],
  spots: ReadonlyMap<string, Spot>,
): KeptCard[] {
  const digestOf = listingDigests(layers)
  const changed = new Set<string>()
  for (const [folder, before] of folders) if (before !== digestOf(folder)) changed.add(folder)
  const namesChanged = changed.size > 0 || files !== filesDigest(layers)
  const there = cards.filter(({ card }) => spots.has(card.id))
  const stamps = stampsOf(there.map(({ card }) => spots.get(card.id)!))
  return there.filter((kept, index) => {
    const { stamp } = kept
    if (!stamp || !isSameStamp(stamp, stamps[index]) || (kept.searches && namesChanged)) return false
    return changed.size === 0 || !kept.folders.some((folder) => changed.has(folder))
  })
}

/** The stamps of spots; undefined where the driver has none. Spots of one folder should follow each other. */
export function stampsOf(spots: readonly Spot[]): (Stamp | undefined)[] {
  const stamps: (Stamp | undefined)[] = []
  for (let from = 0; from < spots.length;) {
    const { layer } = spots[from]!
    let end = from
    while (end < spots.length && spots[end]!.layer === layer) end++
    const paths = spots.slice(from, end).map(({ path }) => path)
    const found = layer.files.sync?.stamps?.(paths)
    for (let index = 0; index < paths.length; index++) stamps.push(found?.[index])
    from = end
  }
  return stamps
}

function filesDigest(layers: readonly Layer[]): string {
  return digest(layers.map(({ label, tree }) => `${label}\n${tree.files.join('\n')}`).join('\n\n'))
}

/** The digest of what a folder shows now, by the folder as people see it. */
function listingDigests(layers: readonly Layer[]): (folder: string) => string {
  const placeOf = placesIn(layers)
  const known = new Map<string, string>()
  return (folder) => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const { layer, path } = placeOf(folder)
    const found = digest(layer.tree.describe(path))
    known.set(folder, found)
    return found
  }
}

/** Where a folder as people see it is; the root of a layer is its label without the slash. */
function placesIn(layers: readonly Layer[]): (folder: string) => Spot {
  const labelled = layers.filter(({ label }) => label !== '')
  return (folder) => {
    const layer = labelled.find(({ label }) => `${folder}/`.startsWith(label))
    return layer
      ? { layer, path: folder.slice(layer.label.length) as Path }
      : { layer: layers[0]!, path: folder as Path }
  }
}

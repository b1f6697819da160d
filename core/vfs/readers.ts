import { isWithin, parentOf, type Path } from './path.ts'
import type { Question } from './recorder.ts'

/** Somebody at a place in the serial order who has been told something that may turn out to be no longer so. */
export interface Reader {
  readonly key: number
  /** Everything that it has asked about. */
  readonly asked: Set<Path>
  /** Paths that an earlier place has changed since, not looked at again yet. */
  readonly suspects: Set<Path>
}

/** Who has asked about which paths. */
export interface Readers<R extends Reader> {
  asked(reader: R, question: Question, path: Path): void
  forget(reader: R): void
  /**
   * Puts under suspicion what everyone after `key` has asked about these paths, the listings that show them, and what is below
   * them: a folder that comes or goes takes it along. Gives those readers.
   */
  changed(paths: Iterable<Path>, key: number): ReadonlySet<R>
  /** The same for everything in the regions: paths, each with all that is below it and the folders on the way. */
  changedBelow(regions: readonly string[], key: number): ReadonlySet<R>
}

/** Nobody has asked for anything. */
export function createReaders<R extends Reader>(): Readers<R> {
  const byPath = createIndex<R>()
  const byListing = createIndex<R>()
  /** By each folder above what was asked about. */
  const byFolder = createIndex<R>()
  const everyone = new Set<R>()

  return {
    asked(reader, question, path) {
      everyone.add(reader)
      reader.asked.add(path)
      add(question === 'list' ? byListing : byPath, path, reader)
      // Whoever is known in a folder is known in all above it.
      for (let at = path; at !== '' && add(byFolder, parentOf(at), reader);) at = parentOf(at)
    },
    forget(reader) {
      everyone.delete(reader)
      for (const path of reader.asked) {
        remove(byPath, path, reader)
        remove(byListing, path, reader)
        for (let at = path; at !== '' && remove(byFolder, parentOf(at), reader);) at = parentOf(at)
      }
    },
    changed(paths, key) {
      const found = new Set<R>()
      for (const path of paths) {
        suspect(found, key, { readers: byPath.get(path), path })
        suspect(found, key, { readers: byListing.get(path), path })
        suspect(found, key, { readers: byListing.get(parentOf(path)), path: parentOf(path) })
        for (const reader of byFolder.get(path) ?? []) {
          if (reader.key > key) suspectWhere(found, reader, (asked) => isWithin(asked, path))
        }
      }
      return found
    },
    changedBelow(regions, key) {
      const found = new Set<R>()
      const isTouched = (path: Path): boolean =>
        regions.some((region) => isWithin(path, region as Path) || isWithin(region as Path, path))
      for (const reader of everyone) if (reader.key > key) suspectWhere(found, reader, isTouched)
      return found
    },
  }
}

type Index<R> = Map<Path, Set<R>>

function createIndex<R>(): Index<R> {
  return new Map()
}

/** True when it was not there. */
function add<R>(index: Index<R>, path: Path, reader: R): boolean {
  const readers = index.get(path)
  if (!readers) index.set(path, new Set([reader]))
  else if (readers.has(reader)) return false
  else readers.add(reader)
  return true
}

/** True when it was there. */
function remove<R>(index: Index<R>, path: Path, reader: R): boolean {
  const readers = index.get(path)
  if (!readers?.delete(reader)) return false
  if (readers.size === 0) index.delete(path)
  return true
}

interface Asked<R> {
  readonly readers: ReadonlySet<R> | undefined
  readonly path: Path
}

function suspect<R extends Reader>(found: Set<R>, key: number, { readers, path }: Asked<R>): void {
  for (const reader of readers ?? []) {
    if (reader.key <= key) continue
    reader.suspects.add(path)
    found.add(reader)
  }
}

function suspectWhere<R extends Reader>(found: Set<R>, reader: R, isTouched: (path: Path) => boolean): void {
  for (const path of reader.asked) {
    if (!isTouched(path)) continue
    reader.suspects.add(path)
    found.add(reader)
  }
}

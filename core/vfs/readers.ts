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
  /** Puts the paths under suspicion for everyone after `key` who asked about them; gives those readers. */
  changed(paths: Iterable<Path>, key: number): ReadonlySet<R>
  /** The same for everything in the regions: paths, each with all that is below it. */
  changedBelow(regions: readonly string[], key: number): ReadonlySet<R>
}

/** Nobody has asked for anything. */
export function createReaders<R extends Reader>(): Readers<R> {
  const byPath = new Map<Path, Set<R>>()
  const byFolder = new Map<Path, Set<R>>()

  function suspect(found: Set<R>, { readers, path, key }: Suspicion<R>): void {
    for (const reader of readers ?? []) {
      if (reader.key <= key) continue
      reader.suspects.add(path)
      found.add(reader)
    }
  }

  return {
    asked(reader, question, path) {
      reader.asked.add(path)
      const readers = question === 'list' ? byFolder : byPath
      const known = readers.get(path)
      if (known) known.add(reader)
      else readers.set(path, new Set([reader]))
    },
    forget(reader) {
      for (const path of reader.asked) {
        for (const readers of [byPath, byFolder]) {
          const known = readers.get(path)
          if (known?.delete(reader) && known.size === 0) readers.delete(path)
        }
      }
    },
    changed(paths, key) {
      const found = new Set<R>()
      for (const path of paths) {
        suspect(found, { readers: byPath.get(path), path, key })
        suspect(found, { readers: byFolder.get(path), path, key })
        const folder = parentOf(path)
        suspect(found, { readers: byFolder.get(folder), path: folder, key })
      }
      return found
    },
    changedBelow(regions, key) {
      const found = new Set<R>()
      for (const asked of [byPath, byFolder]) {
        for (const [path, readers] of asked) {
          const isTouched = regions.some(
            (region) => isWithin(path, region as Path) || isWithin(region as Path, path),
          )
          if (isTouched) suspect(found, { readers, path, key })
        }
      }
      return found
    },
  }
}

interface Suspicion<R> {
  readonly readers: ReadonlySet<R> | undefined
  readonly path: Path
  readonly key: number
}

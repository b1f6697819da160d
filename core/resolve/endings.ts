import { compareText } from '../base/diagnostic.ts'
import { nameOf, type Path } from '../vfs/path.ts'
import type { Tree } from '../vfs/tree.ts'
import { createNearNames, type NearNames } from './near-names.ts'

/** Finds the files of a tree by the end of their path. The index of names is made when it is first needed. */
export interface Endings {
  /** Files whose path is `ending` or ends with `/ending`, sorted. */
  find(ending: string): readonly Path[]
  /** Files by their last segment. */
  byName(): ReadonlyMap<string, readonly Path[]>
  /** The last segment that was probably meant by another one. */
  readonly near: NearNames
}

/** The endings of `tree.files`. */
export function createEndings(tree: Tree): Endings {
  let index: Map<string, Path[]> | undefined
  const byName = (): Map<string, Path[]> => (index ??= indexByName(tree.files))
  let near: NearNames | undefined
  return {
    byName,
    near: (name) => (near ??= createNearNames(byName().keys()))(name),
    find(ending) {
      const name = ending.slice(ending.lastIndexOf('/') + 1)
      const named = byName().get(name) ?? []
      if (name === ending) return named
      return named.filter((path) => path === ending || path.endsWith(`/${ending}`))
    },
  }
}

function indexByName(files: readonly Path[]): Map<string, Path[]> {
  const index = new Map<string, Path[]>()
  for (const path of files) {
    const name = nameOf(path)
    const paths = index.get(name)
    if (paths) paths.push(path)
    else index.set(name, [path])
  }
  for (const paths of index.values()) paths.sort(compareText)
  return index
}

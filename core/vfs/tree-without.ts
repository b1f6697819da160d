import { fail } from '../base/diagnostic.ts'
import { childOf, parentOf, type Path, rootPath } from './path.ts'
import type { Tree } from './tree.ts'

/**
 * The tree as it would be without some paths and all that lies below them; the tree itself stays as it is. A folder that loses
 * its last file is gone too, as it would be in a fresh checkout.
 */
export function treeWithout(tree: Tree, gone: readonly Path[]): Tree {
  const isNamed = isAtOrBelow(gone)
  const files = tree.files.filter((path) => !isNamed(path))
  const kept = foldersOf(files)
  const emptied = foldersOf(tree.files.filter(isNamed))
  const isGone = (path: Path): boolean => isNamed(path) || (emptied.has(path) && !kept.has(path))
  return {
    files,
    typeOf: (path) => (isGone(path) ? undefined : tree.typeOf(path)),
    holds: (text): text is Path => tree.holds(text) && !isGone(text),
    sameLetters(path) {
      const found = tree.sameLetters(path)
      return found !== undefined && isGone(found) ? undefined : found
    },
    foldersIn: (path) => tree.foldersIn(path).filter((name) => !isGone(childOf(path, name))),
    entryType: (path) => (isGone(path) ? undefined : tree.entryType(path)),
    isLink: (path) => !isGone(path) && tree.isLink(path),
    get links() {
      return tree.links.filter((path) => !isGone(path))
    },
    describe: neverWas,
    refresh: async () => neverWas(),
  }
}

/** Nothing is kept of a tree that is only thought of, nor does it change. */
function neverWas(): never {
  return fail('READ_ONLY', 'A tree that only might be is neither kept nor refreshed.')
}

/** Tells whether a path is one of those given or lies below one; the cost does not grow with their number. */
export function isAtOrBelow(paths: readonly Path[]): (path: Path) => boolean {
  const known = new Set(paths)
  return (path) => {
    if (known.has(rootPath)) return true
    for (let at = path; at !== rootPath; at = parentOf(at)) if (known.has(at)) return true
    return false
  }
}

/** Every folder that holds one of the files, at any depth. */
function foldersOf(files: readonly Path[]): Set<Path> {
  const folders = new Set<Path>()
  for (const file of files)
    for (let at = parentOf(file); at !== rootPath && !folders.has(at); at = parentOf(at)) folders.add(at)
  return folders
}

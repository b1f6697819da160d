import { fail } from '../base/diagnostic.ts'
import { childOf, parentOf, type Path, rootPath } from './path.ts'
import type { Tree } from './tree.ts'

/**
 * The tree as it would be without some paths and all that lies below them; the tree itself stays as it is. A folder of which only
 * the files are taken out remains.
 */
export function treeWithout(tree: Tree, gone: readonly Path[]): Tree {
  const isGone = isAtOrBelow(gone)
  return {
    files: tree.files.filter((path) => !isGone(path)),
    typeOf: (path) => (isGone(path) ? undefined : tree.typeOf(path)),
    sameLetters(path) {
      const found = tree.sameLetters(path)
      return found !== undefined && isGone(found) ? undefined : found
    },
    foldersIn: (path) => tree.foldersIn(path).filter((name) => !isGone(childOf(path, name))),
    isLink: (path) => !isGone(path) && tree.isLink(path),
    refresh: async () => fail('READ_ONLY', 'A tree that only might be cannot be refreshed.'),
  }
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

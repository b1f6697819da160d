import type { Path } from './path.ts'
import { parentOf } from './path.ts'

const plain = /^[\0-\x7f]*$/

/** One spelling for all names that some file system takes for the same: case, accents and forms of compatibility folded. */
export function foldName(name: string): string {
  if (plain.test(name)) return name.toLowerCase()
  return name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
}

/** Files and folders of one folder that some file system takes for one, each pair once, in the order of `paths`. */
export function findSameNames(paths: readonly Path[]): [Path, Path][] {
  const found: [Path, Path][] = []
  const byFold = new Map<string, Path>()
  const seen = new Set<Path>()
  for (const path of paths) {
    for (let at = path; at !== '' && !seen.has(at); at = parentOf(at)) {
      seen.add(at)
      const folder = parentOf(at)
      const key = `${folder}/${foldName(at.slice(folder.length))}`
      const other = byFold.get(key)
      if (other === undefined) byFold.set(key, at)
      else found.push([other, at])
    }
  }
  return found
}

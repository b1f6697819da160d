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
  const folders = new Map<Path, Map<string, Path>>()
  for (const path of paths) {
    let isNew = true
    for (let at = path; at !== '' && isNew; at = parentOf(at)) {
      const folder = parentOf(at)
      const known = folders.get(folder)
      // A folder with names in it was seen, and so were those above it.
      isNew = known === undefined
      const names = known ?? new Map<string, Path>()
      if (isNew) folders.set(folder, names)
      const name = foldName(at.slice(folder.length))
      const other = names.get(name)
      if (other === undefined) names.set(name, at)
      else if (other !== at) found.push([other, at])
    }
  }
  return found
}

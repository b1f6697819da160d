import type { Path } from '../vfs/path.ts'

/**
 * `target` as seen from the folder `base`, with `.` and `..` folded; a leading `/` starts at the root. Undefined when it
 * leaves the root. What comes out is only ever looked up in a tree: reading passes the gate again.
 */
export function fold(base: Path, target: string): Path | undefined {
  let folder: string = target.startsWith('/') ? '' : base
  let at = 0
  for (; target.startsWith('../', at); at += 3) {
    if (folder === '') return undefined
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
  }
  const rest = at === 0 ? target : target.slice(at)
  if (foldable.test(rest)) return foldSlowly(folder, rest)
  return (folder === '' ? rest : `${folder}/${rest}`) as Path
}

/** Segments that are empty, `.` or `..`. */
const foldable = /(?:^|\/)\.{0,2}(?:\/|$)/

function foldSlowly(base: string, target: string): Path | undefined {
  const segments = base === '' ? [] : base.split('/')
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return undefined
  }
  return segments.join('/') as Path
}

/** `target` with `.` and `..` folded and what would leave the top dropped: the part that can be searched for. */
export function searchable(target: string): string {
  const segments: string[] = []
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else segments.push(segment)
  }
  return segments.join('/')
}

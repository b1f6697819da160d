import type { Path } from '../vfs/path.ts'

/**
 * `target` as seen from the folder `base`, with `.` and `..` folded; a leading `/` starts at the root. Undefined when it
 * leaves the root. What comes out is only ever looked up in a tree: reading passes the gate again.
 */
export function fold(base: Path, target: string): Path | undefined {
  const segments = base === '' || target.startsWith('/') ? [] : base.split('/')
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

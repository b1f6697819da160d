/** What of a path is written: with or without its ending, and with a slash behind it or not. */
export interface Shape {
  readonly path: string
  readonly slash: boolean
}

/** The names of a shape; none for the root. */
export function namesOf({ path }: Shape): string[] {
  return path === '' ? [] : path.split('/')
}

/** What stands behind a shape. */
export function endOf({ slash }: Shape): string {
  return slash ? '/' : ''
}

/** Names as a path that ends as the shape does. */
export function asPath(names: readonly string[], shape: Shape): string {
  return names.length === 0 ? '' : names.join('/') + endOf(shape)
}

/**
 * The written path with only those names changed in which the shapes differ: `../x/a.md` becomes `../x/b.md`. Empty when it
 * does not show all of them.
 */
export function keepHead(written: string, before: Shape, after: Shape): string {
  const names = splitWritten(written)
  const [old, now] = [namesOf(before), namesOf(after)]
  let same = 0
  while (same < old.length && same < now.length && old[same] === now[same]) same++
  const head = names.length - (old.length - same)
  if (head < 0 || sharedEnd(names, old) < old.length - same) return ''
  return asPath([...names.slice(0, head), ...now.slice(same)], after)
}

/** The written path with as many names of the new shape as it shows of the old one; empty when it shows none. */
export function keepLength(written: string, before: Shape, after: Shape): string {
  const names = splitWritten(written)
  const shown = sharedEnd(names, namesOf(before))
  if (shown === 0) return ''
  return asPath([...names.slice(0, names.length - shown), ...namesOf(after).slice(-shown)], after)
}

function splitWritten(written: string): string[] {
  return written.replace(/\/$/, '').split('/')
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++
  return shared
}

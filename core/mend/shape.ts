import { parentOf, type Path } from '../vfs/path.ts'

/** What of a path is written: with or without its ending, and with a slash behind it or not. */
export interface Shape {
  readonly path: string
  readonly slash: boolean
}

/** The names of a shape; none for the root. */
export function namesOf({ path }: Shape): string[] {
  return namesIn(path)
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

/** Where a shape is seen from. */
export interface Seen {
  readonly from: Path
  readonly shape: Shape
}

/**
 * The written path, detours included, as it is seen from another file; with those names changed in which the shapes differ.
 * Empty when it does not show all of them.
 */
export function keepBody(written: string, before: Seen, after: Seen): string {
  const names = splitWritten(written.replace(/^\.\//, ''))
  const base = namesIn(parentOf(before.from))
  let up = 0
  while (names[up] === '..' && up < base.length) up++
  const whole = [...base.slice(0, base.length - up), ...names.slice(up)].filter((name) => name !== '.')
  const kept = namesIn(keepHead(whole.join('/'), before.shape, after.shape).replace(/\/$/, ''))
  if (kept.length === 0) return ''
  const seen = asPath(fromFolder(parentOf(after.from), kept), after.shape)
  return written.startsWith('./') && !/^\.\/?$/.test(seen) ? `./${seen}` : seen
}

/** Names as they are written from inside a folder. */
export function fromFolder(folder: Path, names: readonly string[]): string[] {
  const base = namesIn(folder)
  let shared = 0
  while (shared < base.length && shared < names.length && base[shared] === names[shared]) shared++
  const written = [...base.slice(shared).map(() => '..'), ...names.slice(shared)]
  return written.length > 0 ? written : ['.']
}

/** Where a path leads from inside a folder, `..` left before what is above the root. */
export function denote(folder: Path, path: string): string {
  const names = namesIn(folder)
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop()
    else names.push(name)
  }
  return names.join('/')
}

function namesIn(path: string): string[] {
  return path === '' ? [] : path.split('/')
}

function splitWritten(written: string): string[] {
  return written.replace(/\/$/, '').split('/')
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++
  return shared
}

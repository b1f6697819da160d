declare const pathBrand: unique symbol

/**
 * A place in a virtual file system: relative to its root, `/`-separated, normalised, without a leading or trailing
 * slash; the empty path is the root itself. Made by `parsePath` of the gate, or from other paths by the functions here.
 */
export type Path = string & { readonly [pathBrand]: true }

/** The root of any file system. */
export const rootPath = '' as Path

/** `path` without its last segment; the parent of the root is the root. */
export function parentOf(path: Path): Path {
  const slash = path.lastIndexOf('/')
  return (slash < 0 ? '' : path.slice(0, slash)) as Path
}

/** The last segment of `path`; empty for the root. */
export function nameOf(path: Path): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The entry `name` of the folder `path`. `name` must be one segment that the gate accepted. */
export function childOf(path: Path, name: string): Path {
  return (path === '' ? name : `${path}/${name}`) as Path
}

/** True when `path` is `folder` or lies below it. */
export function isWithin(path: Path, folder: Path): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

/** The ending of the last segment with its dot, in lower case; empty when there is none or the name starts with the dot. */
export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot).toLowerCase() : ''
}

/** `path` as it is written from inside the folder `from`, with `../` where needed. */
export function relativeTo(path: Path, from: Path): string {
  const to = path.split('/')
  const base = from === '' ? [] : from.split('/')
  let shared = 0
  while (shared < base.length && shared < to.length - 1 && base[shared] === to[shared]) shared++
  return [...base.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

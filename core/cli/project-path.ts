import { existsSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'

/** Reads paths as they are typed in some folder of the project. */
export interface TypedPaths {
  /** A path that may be there already: from the current folder when that leads to something, otherwise from the root. */
  existing(text: string): string
  /** A path that is not there yet: from where `other` was read. */
  beside(text: string, other: string): string
}

/** Reads paths against the root and the folder in which the command was typed; references stay as they are. */
export function typedPaths(root: string, folder = process.cwd()): TypedPaths {
  const isHere = (text: string): boolean => !text.startsWith('@') && existsSync(resolve(folder, text))
  const fromHere = (text: string): string => {
    const below = relative(root, resolve(folder, text)).split(sep).join('/')
    return below === '' ? '.' : below
  }
  return {
    existing: (text) => (isHere(text) ? fromHere(text) : text),
    beside: (text, other) => (!text.startsWith('@') && isHere(other) ? fromHere(text) : text),
  }
}

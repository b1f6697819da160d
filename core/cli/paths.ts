import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { CommonOptions } from './options.ts'
import { rootOf } from './root.ts'

/**
 * A path as somebody types it, as the framework knows it: from the current folder when something is there below the root, as a
 * shell completes it; else from the root. References and paths of other layers stay as they are.
 */
export function fromHere(text: string, options: CommonOptions): string {
  if (text.startsWith('@')) return text
  const root = rootOf(options)
  const here = resolve(process.cwd(), text)
  const below = relative(root, here)
  if (!existsSync(here) || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return text
  return below === '' ? '.' : below.split(sep).join('/')
}

import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parsePath } from './gate.ts'
import { type NodeCall, nodeError } from './node-shapes.ts'
import type { Path } from './path.ts'

/** A path as `node:fs` takes it. */
export type Given = string | URL

/** The path as a text. */
export function textOf(given: Given): string {
  return given instanceof URL ? fileURLToPath(given) : given
}

/** The path of the files that a path of the machine means; `EACCES` outside of the root. */
export function pathOf(given: Given, root: string, call: NodeCall): Path {
  const absolute = posix.resolve(root, textOf(given))
  const below = posix.relative(root, absolute)
  if (below === '..' || below.startsWith('../')) throw nodeError('EACCES', call)
  const parsed = parsePath(below)
  if (!parsed.ok) throw nodeError('EINVAL', call, parsed.diagnostic)
  return parsed.value
}

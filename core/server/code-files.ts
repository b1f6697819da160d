import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configNames } from '../config/find-config.ts'

/** The files that a configuration was made of, and what they held. */
export interface CodeFiles {
  /** Takes a file of code in, during its load or soon after it: loaders tell late. True when it was written since the load began. */
  note(file: string): boolean
  /** True when one of them holds something else now, or a configuration came to be where none was. */
  isChanged(): boolean
  /** True when one of the paths, relative to the folder, may be one of them. */
  mayConcern(paths: Iterable<string>): boolean
  readonly digests: ReadonlyMap<string, string | undefined>
}

/** Our own code, which does not change while it runs. */
const ownFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Where a configuration is looked for. */
export interface CodePlace {
  readonly folder: string
  /** A configuration that is named instead of found; false for none. */
  readonly wanted: string | false | undefined
}

/**
 * Files of code below or beside a project's folder, for a load that begins now. Of those that were `known` before it, what they hold
 * now is remembered, so that whatever the load read of a file that is being written, the file counts as changed after it.
 */
export function createCodeFiles({ folder, wanted }: CodePlace, known?: CodeFiles): CodeFiles {
  const begun = Date.now()
  const digests = new Map<string, string | undefined>()
  const note = (file: string): boolean => {
    if (digests.has(file) || isForeign(file)) return false
    const isTouched = isTouchedSince(begun, file)
    digests.set(file, isTouched ? unsure : digestOf(file))
    return isTouched
  }
  const named = wanted === undefined ? configNames : wanted === false ? [] : [wanted]
  for (const file of [...named.map((name) => resolve(folder, name)), ...(known?.digests.keys() ?? [])])
    digests.set(file, digestOf(file))
  return {
    note,
    isChanged: () => [...digests].some(([file, digest]) => digestOf(file) !== digest),
    mayConcern(paths) {
      for (const path of paths) if (digests.has(join(folder, path))) return true
      return false
    },
    digests,
  }
}

/** No digest: nobody knows which content was loaded. */
const unsure = '?'

function isTouchedSince(begun: number, file: string): boolean {
  const { mtimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {}
  return Math.floor(mtimeMs) > begun
}

/** What is installed changes with an installation, after which people start anew. */
function isForeign(file: string): boolean {
  if (file.includes(`${sep}node_modules${sep}`)) return true
  return ['core', 'plugins', 'dist'].some((room) => file.startsWith(join(ownFolder, room) + sep))
}

/** Undefined for what is not there. */
function digestOf(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return undefined
  }
}

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configNames } from '../config/find-config.ts'

/** The files that a configuration was made of, and what they held. */
export interface CodeFiles {
  /** Takes a file of code in, as it is being loaded. */
  note(file: string): void
  /** True when one of them holds something else now, or a configuration came to be where none was. */
  isChanged(): boolean
  /** True when one of the paths, relative to the folder, may be one of them. */
  mayConcern(paths: Iterable<string>): boolean
  /** What is known of other files too: of those that were loaded before a load failed. */
  include(other: CodeFiles): void
  readonly digests: ReadonlyMap<string, string | undefined>
}

/** Our own code, which does not change while it runs. */
const ownFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Files of code below or beside a project's folder; `wanted` is a configuration that is named instead of found. */
export function createCodeFiles(folder: string, wanted?: string | false): CodeFiles {
  const digests = new Map<string, string | undefined>()
  const note = (file: string): void => {
    if (!digests.has(file) && !isForeign(file)) digests.set(file, digestOf(file))
  }
  if (wanted !== false)
    for (const name of wanted === undefined ? configNames : [wanted]) note(resolve(folder, name))
  return {
    note,
    isChanged: () => [...digests].some(([file, digest]) => digestOf(file) !== digest),
    mayConcern(paths) {
      for (const path of paths) if (digests.has(join(folder, path))) return true
      return false
    },
    include(other) {
      for (const [file] of other.digests) note(file)
    },
    digests,
  }
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

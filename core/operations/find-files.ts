import { HeddleError } from '../base/diagnostic.ts'
import { compileGlob, escapeGlob, type Glob } from '../base/glob.ts'
import type { Claims } from '../run/operation.ts'
import type { Entry, Files } from '../vfs/file-system.ts'
import { childOf, isWithin, parentOf, type Path } from '../vfs/path.ts'
import { holdsRules, type IgnoreRules, ignoreRulesOf } from '../vfs/ignored.ts'
import { toPath } from './text-file.ts'

/** Which files are asked for: globs from the folder `path`, those of `ignore` left out. */
export interface FileQuery {
  readonly patterns: readonly string[]
  readonly path?: string | undefined
  readonly ignore?: readonly string[] | undefined
}

/** Files in sorted order, and folders that could not be looked into. */
export interface FoundFiles {
  readonly files: readonly Path[]
  readonly skipped: readonly { readonly path: Path; readonly reason: string }[]
}

/**
 * Walks the folders that the patterns can reach. Left out: `.git`, `node_modules`, what `.gitignore` files say, and links.
 * Rejects with GLOB_LIMIT for patterns that are too large.
 */
export async function findFiles(files: Files, query: FileQuery, signal: AbortSignal): Promise<FoundFiles> {
  const base = toPath(query.path ?? '')
  const wanted = query.patterns.map((pattern) => compile(base, pattern))
  const unwanted = (query.ignore ?? []).map((pattern) => compile(base, pattern))
  const found = new Set<Path>()
  const skipped: { path: Path; reason: string }[] = []
  for (const start of startsOf(wanted)) {
    const rules = await ignoreRulesOf(files, start)
    await walk(start, await entriesOf(start), rules)
  }
  return { files: [...found].toSorted(), skipped }

  async function walk(folder: Path, entries: readonly Entry[], rules: IgnoreRules): Promise<void> {
    signal.throwIfAborted()
    for (const { name, type } of entries) {
      const path = childOf(folder, name)
      if ((type !== 'file' && type !== 'directory') || rules.ignores(path, type === 'directory')) continue
      if (unwanted.some((glob) => glob.matches(path))) continue
      if (type === 'directory') await enter(path, rules)
      else if (wanted.some((glob) => glob.matches(path))) found.add(path)
    }
  }

  async function enter(path: Path, rules: IgnoreRules): Promise<void> {
    const entries = await entriesOf(path)
    await walk(path, entries, holdsRules(entries) ? await rules.enter(path) : rules)
  }

  async function entriesOf(folder: Path): Promise<readonly Entry[]> {
    try {
      return (await files.list(folder)) ?? []
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown
      if (thrown.code !== 'NOT_A_FOLDER') skipped.push({ path: folder, reason: thrown.code })
      return []
    }
  }
}

/** What a query will look at: the folders its patterns start from, and the ignore files on the way. */
export function claimsOf(query: FileQuery): Claims {
  const base = toPath(query.path ?? '')
  const starts = startsOf(query.patterns.map((pattern) => compile(base, pattern)))
  if (starts.includes('' as Path)) return { reads: ['**'], writes: [] }
  const above = starts.flatMap((start) => ignoreFilesAbove(start))
  return { reads: [...starts.map(escapeGlob), ...new Set(above)], writes: [] }
}

function ignoreFilesAbove(start: Path): string[] {
  const paths: string[] = []
  for (let folder = start; folder !== ''; folder = parentOf(folder))
    paths.push(childOf(parentOf(folder), '.gitignore'))
  return paths
}

function compile(base: Path, pattern: string): Glob {
  const whole = base === '' ? pattern : `${escapeGlob(base)}/${pattern.replace(/^(?:\.?\/)+/, '')}`
  const compiled = compileGlob(whole)
  if (!compiled.ok) throw new HeddleError(compiled.diagnostic)
  // The prefix is a path like any other: what leaves the root is refused before anything is listed.
  toPath(compiled.value.prefix)
  return compiled.value
}

/** The folders to walk: the fixed part of each pattern, nothing that lies inside another. */
function startsOf(globs: readonly Glob[]): Path[] {
  const folders = globs.map(({ prefix, literal }) => (literal ? parentOf(prefix as Path) : (prefix as Path)))
  return [...new Set(folders)].filter(
    (path, _, all) => !all.some((other) => other !== path && isWithin(path, other)),
  )
}

import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parsePath } from './gate.ts'
import type { Path } from './path.ts'

/**
 * What git shows below an absolute folder: tracked files, and untracked ones that are not ignored. Undefined where there is no
 * checkout, no git, or where the folder itself is ignored; the caller then walks. Nothing that the checkout's own
 * configuration names is run.
 */
export async function listCheckout(folder: string): Promise<readonly Path[] | undefined> {
  if (!isInCheckout(folder)) return undefined
  const { runGit } = await import('./git-command.ts')
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const listed = await runGit({ cwd: folder }, words)
  return listed.ok && listed.stdout !== '' ? pathsIn(listed.stdout) : undefined
}

/** Folders below an absolute folder of which git ignores everything, the outermost ones; none where git does not answer. */
export async function listIgnoredFolders(folder: string): Promise<readonly Path[]> {
  if (!isInCheckout(folder)) return []
  const { runGit } = await import('./git-command.ts')
  const words = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory']
  const listed = await runGit({ cwd: folder }, words)
  return listed.ok ? pathsIn(listed.stdout, (name) => name.endsWith('/')) : []
}

/** The names that a path of ours can hold. */
function pathsIn(output: string, isWanted: (name: string) => boolean = Boolean): Path[] {
  const paths: Path[] = []
  for (const name of output.split('\0')) {
    const parsed = name !== '' && isWanted(name) ? parsePath(name) : undefined
    if (parsed?.ok) paths.push(parsed.value)
  }
  return paths
}

/**
 * True when some folder upward has what git looks for: starting git only to be told that there is none takes longer than to look.
 * Git goes upward from where the folder is, not from the links that lead to it.
 */
function isInCheckout(folder: string): boolean {
  // A folder that is being watched may be gone.
  if (!existsSync(folder)) return false
  for (let place = realpathSync(folder); ; place = dirname(place)) {
    if (existsSync(join(place, '.git'))) return true
    if (dirname(place) === place) return false
  }
}

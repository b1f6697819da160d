import { parsePath } from './gate.ts'
import { runGit } from './git-command.ts'
import type { Path } from './path.ts'

/**
 * What git shows below an absolute folder: tracked files, and untracked ones that are not ignored. Undefined where there is no
 * checkout, no git, or where the folder itself is ignored; the caller then walks. Nothing that the checkout's own
 * configuration names is run.
 */
export async function listCheckout(folder: string): Promise<readonly Path[] | undefined> {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const listed = await runGit({ cwd: folder }, words)
  return listed.ok && listed.stdout !== '' ? pathsIn(listed.stdout) : undefined
}

/** Folders below an absolute folder of which git ignores everything, the outermost ones; none where git does not answer. */
export async function listIgnoredFolders(folder: string): Promise<readonly Path[]> {
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

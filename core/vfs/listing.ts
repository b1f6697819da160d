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
  if (!listed.ok || listed.stdout === '') return undefined
  const paths: Path[] = []
  for (const name of listed.stdout.split('\0')) {
    const parsed = name === '' ? undefined : parsePath(name)
    if (parsed?.ok) paths.push(parsed.value)
  }
  return paths
}

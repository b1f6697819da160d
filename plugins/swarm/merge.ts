import { rm } from 'node:fs/promises'
import { askGit, git, gitFailed, splitNul } from './git.ts'
import type { Repository } from './repository.ts'
import { addWorktree, removeWorktree } from './worktree.ts'

/** What putting two commits together gives: a tree, or the paths that cannot be put together. */
export type Merged =
  | { readonly ok: true; readonly tree: string }
  | { readonly ok: false; readonly paths: readonly string[] }

interface Pair {
  readonly ours: string
  readonly theirs: string
}

/** Tries to put two commits together; neither a branch nor a worktree of anybody's is touched. */
export async function tryMerge(repository: Repository, pair: Pair, scratch: string): Promise<Merged> {
  const { folder } = repository
  const words = ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', pair.ours, pair.theirs]
  const answer = await askGit({ cwd: folder }, words)
  const { code, stdout, stderr } = answer
  if (code === 0 || code === 1) {
    const [tree = '', ...paths] = splitNul(stdout)
    return code === 0 ? { ok: true, tree } : { ok: false, paths: [...new Set(paths)].toSorted() }
  }
  // Before 2.38 git could only do it in a worktree.
  if (code === 129 || /unknown option|usage:/i.test(stderr)) return tryMergeIn(repository, pair, scratch)
  throw gitFailed(words, answer)
}

/** The same in a worktree made for it at `scratch`, and removed. */
export async function tryMergeIn(repository: Repository, pair: Pair, scratch: string): Promise<Merged> {
  const worktree = await addWorktree(repository, scratch, { at: pair.ours })
  const identity = {
    GIT_AUTHOR_NAME: 'x',
    GIT_AUTHOR_EMAIL: 'x',
    GIT_COMMITTER_NAME: 'x',
    GIT_COMMITTER_EMAIL: 'x',
  }
  const here = { cwd: scratch, env: identity }
  try {
    const words = ['merge', '--quiet', '--no-commit', '--no-ff', '--no-verify', pair.theirs]
    const answer = await askGit(here, words)
    if (answer.code === 0) return { ok: true, tree: await git(here, ['write-tree']) }
    const paths = splitNul(await git(here, ['diff', '--name-only', '--diff-filter=U', '-z']))
    if (paths.length === 0) throw gitFailed(words, answer)
    return { ok: false, paths: [...new Set(paths)].toSorted() }
  } finally {
    await removeWorktree(repository, worktree)
    await rm(scratch, { recursive: true, force: true })
  }
}

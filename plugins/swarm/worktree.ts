import { chmod, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { askGit, git, splitNul } from './git.ts'
import type { Repository } from './repository.ts'

/** A worktree that we made. */
export interface Worktree {
  /** Absolute folder. */
  readonly path: string
  /** Absolute folder in which git keeps its HEAD; in the shared folder. */
  readonly admin: string
}

/** All that stands in a worktree, as a commit. */
export interface Snapshot {
  /** Holds everything, with the agent's own commits before it. */
  readonly commit: string
  /** The same files as one commit on the base. */
  readonly squash: string
  /** What differs from the base. */
  readonly files: readonly string[]
  /** Repositories inside the worktree: what is in them is in no commit. */
  readonly nested: readonly string[]
}

/** Makes a worktree with a branch of its own, or without one, at a commit. */
export async function addWorktree(
  { folder, shared }: Repository,
  path: string,
  { at, branch }: { at: string; branch?: string },
): Promise<Worktree> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const how = branch === undefined ? ['--detach'] : ['-b', branch]
  await git({ cwd: folder }, ['worktree', 'add', '--quiet', '--force', ...how, '--', path, at])
  const link = await readFile(join(path, '.git'), 'utf8')
  const admin = resolve(path, link.replace(/^gitdir: /, '').trim())
  if (!admin.startsWith(join(shared, 'worktrees') + sep))
    throw new Error(`${admin} is no folder of a worktree`)
  return { path, admin }
}

/** Puts everything that stands in a worktree, what git ignores apart, into a commit; the worktree itself is left as it is. */
export async function snapshot(
  repository: Repository,
  worktree: Worktree,
  { branch, message }: { branch: string; message: string },
): Promise<Snapshot> {
  const index = `${worktree.path}.index`
  try {
    const isThere = (await lstat(worktree.path).catch(() => undefined))?.isDirectory() === true
    const heads = await headsOf(repository, worktree, branch)
    const tree = isThere
      ? await treeOf(repository, { ...worktree, index, head: heads[0]! })
      : await git({ cwd: repository.folder }, ['rev-parse', `${heads[0]!}^{tree}`])
    const isCommitted = heads.length === 1 && tree === (await treeAt(repository, heads[0]!))
    const commit = isCommitted ? heads[0]! : await commitTree(repository, { tree, parents: heads, message })
    const squash = await commitTree(repository, { tree, parents: [repository.base], message })
    await git({ cwd: repository.folder }, ['update-ref', `refs/heads/${branch}`, commit])
    return { commit, squash, ...(await changesOf(repository, tree)) }
  } finally {
    await rm(index, { force: true })
  }
}

/** Makes a commit under our own name, dated as the base is: the same work gives the same commit. */
export async function commitTree(
  { folder, date }: Repository,
  { tree, parents, message }: { tree: string; parents: readonly string[]; message: string },
): Promise<string> {
  const [name, email] = ['heddle swarm', 'swarm@heddle.invalid']
  const env = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  }
  const words = parents.flatMap((parent) => ['-p', parent])
  return git({ cwd: folder, env, input: `${message}\n` }, ['commit-tree', tree, ...words, '-F', '-'])
}

/** Removes a worktree, whatever has been made of it; its branch stays. */
export async function removeWorktree({ shared }: Repository, { path, admin }: Worktree): Promise<void> {
  await removeFolder(path)
  if (admin.startsWith(join(shared, 'worktrees') + sep)) await removeFolder(admin)
}

/** Puts a worktree that cannot be saved as a commit where nobody removes it; gives the folder. */
export async function setAside({ shared }: Repository, { path, admin }: Worktree): Promise<string> {
  const place = join(dirname(dirname(path)), 'kept')
  await mkdir(place, { recursive: true, mode: 0o700 })
  const name = path.slice(dirname(dirname(path)).length + 1).replaceAll(sep, '-')
  let kept = join(place, name)
  for (let more = 2; await lstat(kept).catch(() => undefined); more++) kept = join(place, `${name}-${more}`)
  await rename(path, kept)
  if (admin.startsWith(join(shared, 'worktrees') + sep)) await removeFolder(admin)
  return kept
}

/** The commit that is checked out, and the end of the branch where the agent left that for another. */
async function headsOf(
  repository: Repository,
  { admin }: Worktree,
  branch: string,
): Promise<readonly string[]> {
  const { folder, base } = repository
  const own = await askGit({ cwd: folder, env: { GIT_DIR: admin } }, [
    'rev-parse',
    '--verify',
    '--quiet',
    'HEAD^{commit}',
  ])
  const tip = await askGit({ cwd: folder }, [
    'rev-parse',
    '--verify',
    '--quiet',
    `refs/heads/${branch}^{commit}`,
  ])
  const [head, end] = [own, tip].map(({ code, stdout }) => (code === 0 ? stdout.trim() : ''))
  const first = head || end || base
  if (!end || end === first) return [first]
  const { code } = await askGit({ cwd: folder }, ['merge-base', '--is-ancestor', end, first])
  return code === 0 ? [first] : [first, end]
}

async function treeOf(
  { shared }: Repository,
  { path, index, head }: Worktree & { index: string; head: string },
): Promise<string> {
  // Not by the worktree's own link to the repository: the agent may have put another there.
  const place = { cwd: path, env: { GIT_DIR: shared, GIT_WORK_TREE: path, GIT_INDEX_FILE: index } }
  await git(place, ['read-tree', head])
  await git(place, ['add', '--all', '--', '.'])
  return git(place, ['write-tree'])
}

function treeAt({ folder }: Repository, commit: string): Promise<string> {
  return git({ cwd: folder }, ['rev-parse', `${commit}^{tree}`])
}

async function changesOf(
  { folder, base }: Repository,
  tree: string,
): Promise<Pick<Snapshot, 'files' | 'nested'>> {
  const words = [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    base,
    tree,
  ]
  const parts = splitNul(await git({ cwd: folder }, words))
  const files: string[] = []
  const nested: string[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [before = '', after = ''] = parts[at]!.slice(1).split(' ')
    files.push(parts[at + 1]!)
    if (after === gitLink && before !== gitLink) nested.push(parts[at + 1]!)
  }
  return { files, nested }
}

const gitLink = '160000'

async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // Folders that nobody may write to keep what is in them.
    await openUp(path)
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(join(folder, entry.name))
}

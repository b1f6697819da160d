import { isAbsolute, resolve } from 'node:path'
import type { Diagnostic } from 'heddle'
import { askGit, git, splitNul } from './git.ts'

/** A repository as it was found, before anything was done. */
export interface Repository {
  /** Absolute folder of the project. */
  readonly folder: string
  /** The commit that all agents begin from, and its date. */
  readonly base: string
  readonly date: string
  /** The project's folder below the root of the repository, with `/` at its end; empty at the root. */
  readonly prefix: string
  /** Absolute folder that all worktrees share. */
  readonly shared: string
}

/** A repository that agents can work from, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly repository: Repository; readonly changed: Changed }
  | { readonly ok: false; readonly why: Diagnostic }

/** What of the project no agent sees. */
export interface Changed {
  /** Changed, but not committed. */
  readonly tracked: readonly string[]
  readonly untracked: readonly string[]
}

/** Looks at the repository round a folder; changes nothing. */
export async function openRepository(folder: string): Promise<Opened> {
  const here = { cwd: folder }
  const inside = await askGit(here, [
    'rev-parse',
    '--is-inside-work-tree',
    '--show-prefix',
    '--git-common-dir',
  ])
  if (inside.code !== 0) return { ok: false, why: noRepository(inside.stderr) }
  const [isInside, prefix = '', common = ''] = inside.stdout.split('\n')
  if (isInside !== 'true') return { ok: false, why: noRepository('') }
  const head = await askGit(here, ['show', '-s', '--no-show-signature', '--format=%H %cI', 'HEAD'])
  const [base = '', date = ''] = head.stdout.trim().split(' ')
  if (head.code !== 0 || date === '') return { ok: false, why: noCommit() }
  const shared = isAbsolute(common) ? common : resolve(folder, common)
  return { ok: true, repository: { folder, base, date, prefix, shared }, changed: await findChanged(folder) }
}

/** What differs from the commit that is checked out, our own state aside. */
async function findChanged(folder: string): Promise<Changed> {
  const words = [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=normal',
    '--no-renames',
    '--ignore-submodules=dirty',
  ]
  const entries = splitNul(
    await git({ cwd: folder }, [...words, '--', '.', ':(exclude,top,glob)**/.heddle/state/**']),
  )
  const untracked = entries.filter((entry) => entry.startsWith('??')).map((entry) => entry.slice(3))
  return {
    tracked: entries.filter((entry) => !entry.startsWith('??')).map((entry) => entry.slice(3)),
    untracked: untracked.filter((path) => !path.endsWith('.heddle/')),
  }
}

/**
 * All that agents share with the project besides its files: branches, tags, configuration and hooks, by what tells whether it has
 * changed. Our own branches are left out.
 */
export async function sharedState({ folder, shared }: Repository): Promise<Readonly<Record<string, string>>> {
  const here = { cwd: folder }
  const refs = await git(here, ['for-each-ref', '--format=%(refname) %(objectname)'])
  const files = ['config', 'hooks', 'info']
  const listed = await Promise.all(
    files.map(async (name) => [`.git/${name}`, await stampOf(resolve(shared, name))] as const),
  )
  const head = await askGit(here, ['rev-parse', '--symbolic-full-name', 'HEAD'])
  const own = refs.split('\n').flatMap((line) => {
    const [name = '', commit = ''] = line.split(' ')
    return name === '' || name.startsWith('refs/heads/heddle/swarm/') ? [] : [[name, commit] as const]
  })
  return Object.fromEntries([...listed, ['HEAD', head.stdout.trim()], ...own])
}

/** Names and contents of a file or of the files in a folder, as one text. */
async function stampOf(path: string): Promise<string> {
  const { createHash } = await import('node:crypto')
  const { readdir, readFile, stat } = await import('node:fs/promises')
  const hash = createHash('sha256')
  const found = await stat(path).catch(() => undefined)
  if (!found) return ''
  const names = found.isDirectory() ? (await readdir(path)).toSorted() : ['']
  for (const name of names) {
    const bytes = await readFile(name === '' ? path : resolve(path, name)).catch(() => '')
    hash.update(`${name}\0`).update(bytes)
  }
  return hash.digest('hex')
}

function noRepository(said: string): Diagnostic {
  const isOwned = said.includes('dubious ownership')
  return {
    code: 'swarm/no-repository',
    severity: 'error',
    message: isOwned
      ? 'git does not trust this repository, for it belongs to somebody else.'
      : 'The project is not in a git repository, and each agent works in a worktree of one.',
    hint: isOwned
      ? 'Allow it with git config --global --add safe.directory.'
      : 'Make it one: git init, then commit what agents shall begin from.',
  }
}

function noCommit(): Diagnostic {
  return {
    code: 'swarm/no-commit',
    severity: 'error',
    message: 'The repository has no commit yet, so there is nothing that agents could begin from.',
    hint: 'Commit first.',
  }
}

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { createFramework, type Outcome, type Report, type RunOptions } from 'heddle'
import { preset, swarm, type SwarmCoordination } from 'heddle/plugins'

/** Runs git in a folder, without anything that the machine of the tests has configured. */
export function git(root: string, ...words: readonly string[]): string {
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  }
  return execFileSync('git', [...words], { cwd: root, env, encoding: 'utf8', stdio: 'pipe' }).trimEnd()
}

/** A folder with these files. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-swarm-')))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** A repository with these files in its one commit. */
export function repositoryWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = folderWith(t, files)
  git(root, 'init', '--quiet', '--initial-branch=main')
  git(root, 'add', '--all', '--force')
  git(root, 'commit', '--quiet', '-m', 'first')
  return root
}

export interface SwarmRun extends RunOptions {
  /** The program of an agent; null for none. A shell that runs its task when left out. */
  readonly agent?: readonly string[] | null
  readonly minutes?: number
  readonly env?: readonly string[]
}

/** Runs the command `swarm` on tasks, each by a shell for which the task is its script. */
export async function runSwarm(root: string, tasks: string, options: SwarmRun = {}): Promise<Report> {
  const { agent = ['/bin/sh'], minutes = null, env = [], ...rest } = options
  const plugins = preset().filter(({ plugin }) => plugin.name !== 'swarm')
  const framework = await createFramework({
    root,
    config: false,
    preset: false,
    plugins: [...plugins, swarm({ agent, minutes, env })],
  })
  try {
    return await framework.run('swarm', { tasks }, rest)
  } finally {
    await framework.dispose()
  }
}

/** What the swarm says of itself. */
export function coordinationOf({ groups }: Report): SwarmCoordination {
  return groups.find(({ name }) => name === 'swarm/coordination')!.synthesis as SwarmCoordination
}

/** How an operation of a run ended. */
export function outcomeOf({ groups }: Report, group: string, name: string): Outcome {
  return groups.find((each) => each.name === group)!.operations.find((each) => each.name === name)!
}

/** What is left of worktrees: names below our own state, and the list that git keeps. */
export function worktreesLeft(root: string): readonly string[] {
  return git(root, 'worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree ') && line !== `worktree ${root}`)
}

import { execFile } from 'node:child_process'
import { HeddleError } from 'heddle'

/** Where a call of git works. */
export interface GitPlace {
  /** Absolute folder to run in. */
  readonly cwd: string
  /** Added to the environment: another index, another folder of git. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** How a call of git ended. */
export interface GitAnswer {
  /** The exit code; -1 when it did not end by itself. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const deadlineMs = 300_000
const largestOutput = 256 * 1024 * 1024

/**
 * Runs git without a shell, and without anything that the repository names: no hooks, no filters, no merge drivers, no monitor of
 * files. Nothing is fetched. Rejects with `swarm/no-git` when git is not there.
 */
export async function askGit(place: GitPlace, words: readonly string[]): Promise<GitAnswer> {
  return callGit(place, words, [...quiet, ...(await ownPrograms(place))])
}

/** The same, for what must succeed: what it printed, without the last line end. Rejects with `swarm/git-failed`. */
export async function git(place: GitPlace, words: readonly string[]): Promise<string> {
  const answer = await askGit(place, words)
  if (answer.code !== 0) throw gitFailed(words, answer)
  return answer.stdout.replace(/\n$/, '')
}

/** What is thrown when git could not do what it was asked. */
export function gitFailed(words: readonly string[], { code, stderr }: GitAnswer): HeddleError {
  return new HeddleError({
    code: 'swarm/git-failed',
    severity: 'error',
    message: `git ${words[0]} failed: ${firstLine(stderr) || `it ended with code ${code}`}`,
    hint: 'Repair the repository, then run the command again.',
  })
}

/** What is printed with NUL between. */
export function splitNul(text: string): readonly string[] {
  return text.split('\0').filter((part) => part !== '')
}

type Setting = readonly [name: string, value: string]

const quiet: readonly Setting[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.untrackedCache', 'false'],
  ['core.quotePath', 'false'],
  ['gc.auto', '0'],
  ['submodule.recurse', 'false'],
]

/** The environment in which git runs nothing that the repository names: for agents, which call git themselves. */
export async function harmlessGit(place: GitPlace): Promise<Record<string, string>> {
  const hooks: readonly Setting[] = [
    ['core.fsmonitor', 'false'],
    ['core.hooksPath', '/dev/null'],
  ]
  return asEnvironment([...hooks, ...(await ownPrograms(place))])
}

/**
 * Programs that the configuration of the repository itself names. A filter without a command leaves files as they are; a driver for
 * merges is replaced by the merge that git would do without one.
 */
async function ownPrograms(place: GitPlace): Promise<readonly Setting[]> {
  const list = ['config', '--local', '--includes', '--list', '--name-only', '-z']
  const { stdout } = await callGit(place, list, quiet)
  return splitNul(stdout).flatMap((name): Setting[] => {
    if (/^filter\..*\.(?:clean|smudge|process)$/s.test(name)) return [[name, '']]
    if (/^filter\..*\.required$/s.test(name)) return [[name, 'false']]
    if (/^merge\..*\.driver$/s.test(name)) return [[name, 'git merge-file %A %O %B']]
    return []
  })
}

function callGit(
  place: GitPlace,
  words: readonly string[],
  settings: readonly Setting[],
): Promise<GitAnswer> {
  const options = {
    cwd: place.cwd,
    env: { ...environment(), ...asEnvironment(settings), ...place.env },
    timeout: deadlineMs,
    maxBuffer: largestOutput,
  }
  return new Promise((resolve, reject) => {
    const child = execFile('git', [...words], options, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') return reject(noGit())
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
      resolve({ code, stdout, stderr })
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(place.input ?? '')
  })
}

function environment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'none',
  }
}

function asEnvironment(settings: readonly Setting[]): Record<string, string> {
  const entries = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { ...Object.fromEntries(entries), GIT_CONFIG_COUNT: String(settings.length) }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}

function noGit(): HeddleError {
  return new HeddleError({
    code: 'swarm/no-git',
    severity: 'error',
    message: 'git is not on PATH, or its folder is gone.',
    hint: 'Install git: each agent works in a worktree of its own.',
  })
}

import { execFile } from 'node:child_process'
import { parsePath } from './gate.ts'
import type { Path } from './path.ts'

/** Longest time that git may take to list a checkout, in milliseconds. */
const deadlineMs = 20_000
const largestListing = 512 * 1024 * 1024

/**
 * What git shows below an absolute folder: tracked files, and untracked ones that are not ignored. Undefined where there is no
 * checkout, no git, or where the folder itself is ignored; the caller then walks. Nothing that the checkout's own
 * configuration names is run.
 */
export async function listCheckout(folder: string): Promise<readonly Path[] | undefined> {
  const output = await git(folder, [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ])
  if (!output) return undefined
  const paths: Path[] = []
  for (const name of output.split('\0')) {
    const parsed = name === '' ? undefined : parsePath(name)
    if (parsed?.ok) paths.push(parsed.value)
  }
  return paths
}

function git(folder: string, words: readonly string[]): Promise<string | undefined> {
  const quiet = [
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    'core.untrackedCache=false',
  ]
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' }
  const options = { cwd: folder, timeout: deadlineMs, maxBuffer: largestListing, env }
  return new Promise((resolve) => {
    execFile('git', [...quiet, ...words], options, (error, stdout) => resolve(error ? undefined : stdout))
  })
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const mostOutput = 256 * 1024 * 1024
/** Our own state is no part of what a program works on. */
const own = '.heddle/state/'

/**
 * What a checkout is, in one line: its commit, and a digest of everything in it that is not committed and that git does not ignore.
 * Null where the folder is no git checkout.
 */
export async function checkoutState(folder: string): Promise<string | null> {
  try {
    const commit = (await git(folder, ['rev-parse', 'HEAD'])).trim()
    const status = await git(folder, [
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=all',
      '--no-renames',
      '.',
    ])
    return `${commit} ${await digestOfChanges(folder, status)}`
  } catch {
    return null
  }
}

async function git(folder: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-c', 'core.fsmonitor=false', ...words], {
    cwd: folder,
    maxBuffer: mostOutput,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
  })
  return stdout
}

async function digestOfChanges(folder: string, status: string): Promise<string> {
  const top = (await git(folder, ['rev-parse', '--show-toplevel'])).replace(/\n$/, '')
  const changed = status
    .split('\0')
    .filter((line) => line !== '' && !line.slice(3).includes(own))
    .toSorted()
  const hash = createHash('sha256')
  for (const line of changed) {
    hash.update(`${line.slice(3)}\0`)
    await addContent(hash, join(top, line.slice(3)))
  }
  return changed.length === 0 ? 'clean' : hash.digest('hex').slice(0, 32)
}

async function addContent(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return void hash.update('gone\0')
  if (found.isSymbolicLink()) return void hash.update(`link ${await readlink(path)}\0`)
  if (!found.isFile()) return void hash.update('folder\0')
  hash.update(`file ${found.mode & 0o100} ${found.size}\0`)
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
}

/** The state as people read it. */
export function shownState(state: string | null): string {
  if (state === null) return 'no git checkout'
  const [commit = '', changes = ''] = state.split(' ')
  return `commit ${commit.slice(0, 12)} ${changes === 'clean' ? 'without changes' : `with changes ${changes.slice(0, 12)}`}`
}

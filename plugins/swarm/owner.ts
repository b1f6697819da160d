import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** True when the file now says that this process owns what it stands for; false when another one that runs does. */
export async function claim(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  for (;;) {
    try {
      await writeFile(path, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx', mode: 0o600 })
      return true
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
    const owner = await ownerOf(path)
    if (owner === process.pid) return true
    if (owner !== undefined) return false
    await rm(path, { force: true })
  }
}

/** Gives up what was claimed. */
export async function release(path: string): Promise<void> {
  if ((await ownerOf(path)) === process.pid) await rm(path, { force: true })
}

/** The process that owns it, when it still runs. */
export async function ownerOf(path: string): Promise<number | undefined> {
  const [pid = '', start = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ')
  const isAlive = /^\d+$/.test(pid) && start !== '' && startOf(Number(pid)) === start
  return isAlive ? Number(pid) : undefined
}

/** When a process started, so that a number that is used again is not taken for the same one; empty when it has ended. */
function startOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? '0'
    )
  } catch {
    return process.platform !== 'linux' && isRunning(pid) ? '0' : ''
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

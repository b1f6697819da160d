import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { startOfProcess } from 'heddle'

/** True when the file now says that this process owns what it stands for; false when another one that runs does. */
export async function claim(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  for (;;) {
    try {
      await writeFile(path, `${process.pid} ${startOfProcess(process.pid)}`, { flag: 'wx', mode: 0o600 })
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
  const isAlive = /^\d+$/.test(pid) && start !== '' && startOfProcess(Number(pid)) === start
  return isAlive ? Number(pid) : undefined
}

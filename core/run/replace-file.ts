import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStateFolder } from '../vfs/durable.ts'

/**
 * Puts a file, mode 0600, into a folder that is made when needed: whoever reads it finds the old text or the new. For what can be
 * made again, so nobody waits for the disk; after a loss of power it may be damaged.
 */
export async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  await openStateFolder(folder)
  const fresh = join(folder, `.${name}.${randomBytes(8).toString('hex')}.tmp`)
  await writeFile(fresh, text, { flag: 'wx', mode: 0o600 })
  await rename(fresh, join(folder, name))
}

import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createLimit } from '../base/limit.ts'
import { replaceFile } from './replace-file.ts'
import { indexName } from './result-inputs.ts'

/** Puts results into a folder. They can be made again, so a failure costs time and nothing else, and nobody waits for a disk. */
export interface ResultStore {
  write(key: string, text: string): void
  /** Settles when all is there, the index too; removes what was not used for longest when it is too much. */
  save(index: string | undefined): Promise<void>
}

const mostBytes = 256 * 1024 * 1024
const mostResults = 2000

/** The store in a folder, which is made when there is something to put there. */
export function createResultStore(folder: string): ResultStore {
  const inOrder = createLimit(1)
  const under: Promise<void>[] = []

  function put(name: string, text: string): Promise<void> {
    return inOrder(() => replaceFile(folder, name, text)).catch(() => undefined)
  }

  return {
    write: (key, text) => void under.push(put(key, text)),
    async save(index) {
      if (index === undefined) return
      under.push(put(indexName, index))
      await Promise.all(under)
      await removeOldest(folder).catch(() => undefined)
    },
  }
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== indexName)
  const found = await Promise.all(
    names.map(async (name) => ({ name, ...(await lookAt(join(folder, name))) })),
  )
  let bytes = 0
  for (const [index, file] of found.toSorted((a, b) => b.used - a.used).entries()) {
    bytes += file.size
    if (index < mostResults && bytes <= mostBytes) continue
    await rm(join(folder, file.name), { force: true })
  }
}

async function lookAt(path: string): Promise<{ size: number; used: number }> {
  const { size, mtimeMs } = await stat(path)
  return { size, used: mtimeMs }
}

import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { chmod, lstat, open, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { compareText, HeddleError } from '../base/diagnostic.ts'
import { createLimit } from '../base/limit.ts'
import { errnoOf, readingFlags } from './handle.ts'
import { type Machine, machine } from './machine.ts'
import { refusal } from './refusals.ts'

/** Texts by name that survive the death of the process: a write that was acknowledged is there afterwards. */
export interface DurableStore {
  /** The text, or undefined when there is none. Names are `[a-z0-9][a-z0-9._-]*`, at most 100 characters. */
  read(name: string): Promise<string | undefined>
  /** Settles when the text is on the disk; rejects with `STATE_NOT_SAVED` and leaves the old text when it cannot be. */
  write(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
  /** Names in sorted order. */
  list(): Promise<readonly string[]>
}

/** The same for bytes. */
export interface DurableBytes extends DurableStore {
  /** The bytes, or undefined when there are none. */
  readBytes(name: string): Promise<Uint8Array | undefined>
  /** As `write`. */
  writeBytes(name: string, bytes: Uint8Array): Promise<void>
}

const storeName = /^[a-z0-9][a-z0-9._-]{0,99}$/
const temporaryName = /^\..+\.(\d+)-[0-9a-f]{32}\.tmp$/
const unfinished = new Set<string>()

/**
 * Replaces the file at a path of the machine by `bytes`, mode 0600. Settles when they are on the disk; when they cannot
 * be put there it rejects with `STATE_NOT_SAVED`, the old bytes stay and nothing is left over.
 */
export async function writeDurably(
  absolutePath: string,
  bytes: string | Uint8Array,
  on: Machine = machine,
): Promise<void> {
  const name = basename(absolutePath)
  const temporary = `.${name}.${process.pid}-${randomBytes(16).toString('hex')}.tmp`
  const fresh = join(dirname(absolutePath), temporary)
  unfinished.add(temporary)
  try {
    await writeAndSync(fresh, bytes, on)
    await on.rename(fresh, absolutePath)
    await on.syncFolder(dirname(absolutePath))
  } catch (thrown) {
    await on.remove(fresh).catch(() => undefined)
    throw notSaved(name, thrown)
  } finally {
    unfinished.delete(temporary)
  }
}

/** Removes a file of the machine, and settles when the removal is on the disk; an absent one is fine. */
export async function removeDurably(absolutePath: string, on: Machine = machine): Promise<void> {
  try {
    await on.remove(absolutePath)
    await on.syncFolder(dirname(absolutePath))
  } catch (thrown) {
    throw notSaved(basename(absolutePath), thrown)
  }
}

/** Makes the folder for state, open to its owner alone; refuses a link, which could lead anywhere. */
export async function openStateFolder(absoluteFolder: string, on: Machine = machine): Promise<void> {
  try {
    const outermost = await on.makeFolder(absoluteFolder)
    if (outermost !== undefined) await syncNames(absoluteFolder, outermost, on)
    const found = await lstat(absoluteFolder)
    if (!found.isDirectory()) throw linkedState()
    if ((found.mode & 0o077) !== 0) await chmod(absoluteFolder, 0o700)
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown
    throw notSaved(basename(absoluteFolder), thrown)
  }
}

/** What is in a folder is lost with it, so the names of all that were made must be on the disk. */
async function syncNames(folder: string, outermost: string, on: Machine): Promise<void> {
  const parent = dirname(folder)
  if (folder !== outermost) await syncNames(parent, outermost, on)
  await on.syncFolder(parent)
}

/** A store in a folder of the machine (made at first use, mode 0700), which clears what a crash left half written. */
export function createDurableStore(absoluteFolder: string): DurableBytes {
  const inOrder = createLimit(1)
  let opened: Promise<void> | undefined

  function ready(): Promise<void> {
    opened ??= openStateFolder(absoluteFolder).then(() => removeLeftovers(absoluteFolder))
    // A failure is not remembered: the disk may be there the next time.
    return opened.catch((thrown: unknown) => {
      opened = undefined
      throw thrown
    })
  }

  async function readBytes(name: string): Promise<Buffer | undefined> {
    const file = join(absoluteFolder, requireName(name))
    await ready()
    return readState(file, name)
  }

  async function write(name: string, content: string | Uint8Array): Promise<void> {
    const file = join(absoluteFolder, requireName(name))
    await inOrder(async () => {
      await ready()
      await writeDurably(file, content)
    })
  }

  return {
    read: async (name) => (await readBytes(name))?.toString(),
    readBytes,
    write,
    writeBytes: write,
    async remove(name) {
      const file = join(absoluteFolder, requireName(name))
      await inOrder(async () => {
        await ready()
        await removeDurably(file)
      })
    },
    async list() {
      await ready()
      const entries = await readdir(absoluteFolder, { withFileTypes: true })
      const names = entries
        .filter((entry) => entry.isFile() && storeName.test(entry.name))
        .map(({ name }) => name)
      return names.sort(compareText)
    },
  }
}

/** A store that lasts as long as the process; for tests and for runs without state. */
export function createMemoryStore(): DurableStore {
  const texts = new Map<string, string>()
  return {
    read: async (name) => texts.get(requireName(name)),
    write: async (name, text) => void texts.set(requireName(name), text),
    remove: async (name) => void texts.delete(requireName(name)),
    list: async () => [...texts.keys()].sort(compareText),
  }
}

async function writeAndSync(fresh: string, bytes: string | Uint8Array, on: Machine): Promise<void> {
  const file = await on.create(fresh)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function readState(file: string, name: string): Promise<Buffer | undefined> {
  let handle: FileHandle
  try {
    handle = await open(file, readingFlags)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw unreadable(name, errnoOf(thrown))
  }
  try {
    if (!(await handle.stat()).isFile()) throw unreadable(name, 'not a regular file')
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** Removes what writers that are no longer alive have left half written in a folder, if there is one. */
export async function removeLeftovers(absoluteFolder: string): Promise<void> {
  for (const name of await readdir(absoluteFolder).catch(() => [])) {
    const writer = temporaryName.exec(name)?.[1]
    if (writer === undefined || unfinished.has(name)) continue
    // Our own unfinished ones are known by name.
    if (Number(writer) !== process.pid && isAlive(Number(writer))) continue
    await rm(join(absoluteFolder, name), { force: true })
  }
}

/** Another process may be in the middle of a write. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return errnoOf(thrown) === 'EPERM'
  }
}

function requireName(name: string): string {
  if (storeName.test(name)) return name
  const message = `${JSON.stringify(name.slice(0, 120))} is not a name for saved state.`
  throw refusal('NAME_UNSAFE', message, 'Use a-z, 0-9, dot, dash and underscore, at most 100 characters.')
}

function notSaved(name: string, thrown: unknown): HeddleError {
  const code = errnoOf(thrown) || 'unknown reason'
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const message = `${full ? 'Disk full' : `"${name}" was not saved`} (${code}). The last saved state is unchanged.`
  return refusal(
    'STATE_NOT_SAVED',
    message,
    full ? 'Free some space and try again.' : 'Check the disk.',
    code,
  )
}

function unreadable(name: string, why: string): HeddleError {
  return refusal(
    'UNREADABLE',
    `The saved state "${name}" cannot be read (${why}).`,
    'Move it away and try again.',
  )
}

function linkedState(): HeddleError {
  const message = 'The folder for saved state is a link or a file.'
  return refusal('LINK_LEAVES_ROOT', message, 'Replace it by a real folder.')
}

import { closeSync, constants, openSync, readdirSync, readlinkSync, rmdirSync, unlinkSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { errnoOf, isAbsence } from './handle.ts'

const onLinux = process.platform === 'linux'
const folderFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY

/**
 * Removes the folder at an absolute, real place with everything below it. Each folder is opened, its place is taken from
 * the handle, and names are removed through the handle, so that a folder that is exchanged for a link meanwhile leads
 * nowhere: `moved` is then called and must throw. (`rmSync` follows such a link and empties what it leads to.)
 */
export function removeTree(real: string, moved: () => never): void {
  const folders: string[] = []
  inFolder(real, moved, (held) => {
    for (const entry of readdirSync(held, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(entry.name)
      else unlinkIfThere(`${held}${entry.name}`)
    }
  })
  for (const name of folders) removeTree(`${real}/${name}`, moved)
  // One handle at a time, however deep the tree is, so the folder is opened again for what is left in it.
  inFolder(real, moved, (held) => {
    for (const name of folders) removeFolderIfThere(`${held}${name}`)
  })
}

/** Calls `visit` with the names in the folder and in every folder below it, as paths from the folder. */
export function visitTree(real: string, moved: () => never, visit: (below: string) => void): void {
  const walk = (folder: string): void => {
    let entries: Dirent[] = []
    inFolder(`${real}${folder}`, moved, (held) => {
      entries = readdirSync(held, { withFileTypes: true })
    })
    for (const entry of entries) {
      visit(`${folder}/${entry.name}`.slice(1))
      if (entry.isDirectory()) walk(`${folder}/${entry.name}`)
    }
  }
  walk('')
}

/** Runs `use` with a prefix for names in the folder that is open, if there is one; another place counts as moved. */
function inFolder(real: string, moved: () => never, use: (held: string) => void): void {
  const fd = openFolder(real, moved)
  if (fd === undefined) return
  try {
    if (onLinux && readlinkSync(`/proc/self/fd/${fd}`) !== real) moved()
    use(onLinux ? `/proc/self/fd/${fd}/` : `${real}/`)
  } finally {
    closeSync(fd)
  }
}

function openFolder(real: string, moved: () => never): number | undefined {
  try {
    return openSync(real, folderFlags)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    if (errnoOf(thrown) === 'ELOOP' || errnoOf(thrown) === 'ENOTDIR') return moved()
    throw thrown
  }
}

/** Removes a name that is no folder; absent is as good as removed. */
export function unlinkIfThere(at: string): void {
  ifThere(() => unlinkSync(at))
}

/** Removes an empty folder; absent is as good as removed. */
export function removeFolderIfThere(at: string): void {
  ifThere(() => rmdirSync(at))
}

function ifThere(remove: () => void): void {
  try {
    remove()
  } catch (thrown) {
    if (!isAbsence(thrown)) throw thrown
  }
}

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import type { OverlayMount } from '../base/namespace.ts'
import type { Files } from './file-system.ts'
import { parentOf, type Path, rootPath } from './path.ts'

/** The folders behind one overlay, apart from the project. */
export interface OverlayFolder {
  readonly mount: OverlayMount
  /** What the program left in every folder that it changed, folders with their paths; empty before it has ended. */
  names(): ReadonlyMap<string, ReadonlySet<string>>
  remove(): void
}

export interface OverlayFolderOptions {
  /** The absolute, real folder of the project. */
  readonly folder: string
  /** The files as the program must find them. */
  readonly files: Files
  /** Every path where they may differ from what is on the disk. */
  readonly changed: Iterable<Path>
}

/**
 * Makes what a program needs to see `files` where the project is, though what was written is not on the disk; or says in words why
 * that cannot be. Costs what differs, not what there is.
 */
export async function createOverlayFolder(options: OverlayFolderOptions): Promise<OverlayFolder | string> {
  const mounted = findMountBelow(options.folder)
  if (mounted !== undefined) return `something else is mounted in the project, at ${mounted}`
  const place = findPlace(options.folder)
  if (place === undefined) return 'there is no folder outside of the project to keep changes in'
  const [layer, upper, work] = ['layer', 'upper', 'work'].map((name) => join(place, name))
  for (const folder of [layer!, upper!, work!]) mkdirSync(folder)
  chmodSync(upper!, statSync(options.folder).mode)
  const names = join(place, 'names')
  const remove = (): void => removeFolder(place)
  try {
    const gone = await writeLayer(options, layer!)
    const removals = gone.length > 0 ? { removals: join(place, 'removals') } : {}
    if (removals.removals) writeFileSync(removals.removals, gone.map((path) => `./${path}\0`).join(''))
    const mount = {
      folder: options.folder,
      layers: [layer!],
      upper: upper!,
      work: work!,
      names,
      ...removals,
    }
    return { mount, names: () => readNames(names), remove }
  } catch (thrown) {
    remove()
    throw thrown
  }
}

/** An overlay shows only the file system that the folder itself is on. */
function findMountBelow(folder: string): string | undefined {
  if (folder === sep) return sep
  const places = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) =>
      line.split(' ')[1]?.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
    )
  return places.find((place) => place?.startsWith(`${folder}${sep}`))?.slice(folder.length + 1)
}

/** Options of a mount are parted by commas, and layers by colons. */
const plain = /^[\w/.-]+$/

function findPlace(folder: string): string | undefined {
  for (const candidate of [tmpdir(), '/dev/shm', '/var/tmp']) {
    if (!plain.test(candidate) || isInside(candidate, folder)) continue
    try {
      return mkdtempSync(join(candidate, `heddle-overlay-${process.pid}-`))
    } catch {
      // The next one may do.
    }
  }
  return undefined
}

function isInside(place: string, folder: string): boolean {
  return `${place}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

/** Programs, and the machine itself, leave folders here that we may not look into. */
function removeFolder(place: string): void {
  try {
    openFolders(place)
    rmSync(place, { recursive: true, force: true })
  } catch {
    // What is left belongs to somebody else, who alone may remove it.
  }
}

function openFolders(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openFolders(join(folder, entry.name))
  }
}

/** Puts files and folders into the layer; gives what must be hidden below it. */
async function writeLayer({ folder, files, changed }: OverlayFolderOptions, layer: string): Promise<Path[]> {
  const gone = new Set<Path>()
  for (const path of changed) {
    const found = await files.stat(path)
    if (found?.type === 'directory') mkdirSync(join(layer, path), { recursive: true })
    if (found?.type === 'file') {
      writeLayered(join(layer, path), await files.read(path), fileModeAt(join(folder, path)) ?? 0o666)
    }
    if (found === undefined) gone.add(await outermostGone(files, path))
  }
  return [...gone]
}

/** The permissions of the file at a place of the machine; undefined where there is none. */
export function fileModeAt(place: string): number | undefined {
  try {
    const found = lstatSync(place, { throwIfNoEntry: false })
    return found?.isFile() ? found.mode : undefined
  } catch {
    return undefined
  }
}

function writeLayered(place: string, bytes: Uint8Array, mode: number): void {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, bytes, { mode })
}

/** A folder that is gone was named only by what was in it. */
async function outermostGone(files: Files, path: Path): Promise<Path> {
  let gone = path
  for (let at = parentOf(path); at !== rootPath; at = parentOf(at)) {
    if ((await files.stat(at)) !== undefined) break
    gone = at
  }
  return gone
}

function readNames(file: string): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>()
  for (const entry of readFileSync(file, 'utf8').split('\0')) {
    const path = entry.replace(/^\.\//, '')
    if (path === '' || path === '.') continue
    const folder = parentOf(path as Path)
    let names = folders.get(folder)
    if (!names) folders.set(folder, (names = new Set()))
    names.add(path.slice(folder === '' ? 0 : folder.length + 1))
  }
  return folders
}

import type { Stats } from 'node:fs'
import {
  chmodSync,
  closeSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join, resolve, sep } from 'node:path'
import { compareText, HeddleError } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { typeOf } from './entry-type.ts'
import type { Entry, FileStat, Looked, SettlingFiles, Stamp, SyncFiles, UseRead } from './file-system.ts'
import type { Gate } from './gate.ts'
import { createGate, parsePath } from './gate.ts'
import type { Held, Opened } from './handle.ts'
import { errnoOf, handlesHaveNames, holding, isAbsence, openForReading, withoutDeletion } from './handle.ts'
import type { Path } from './path.ts'
import { nameOf, parentOf, rootPath } from './path.ts'
import { type HeldFolder, readEachOf } from './read-each.ts'
import { readWhole } from './read-whole.ts'
import { changedWhileRead, hardLink, linkLeaves, notAFile, notAFolder, notFound } from './refusals.ts'
import { refusal, rootStays, shown } from './refusals.ts'
import { settlePaths } from './settle.ts'
import { hasRested, stampOf } from './stamp.ts'
import { stampsOf } from './stamps.ts'
import { removeFolderIfThere, removeTree, unlinkIfThere, visitTree } from './remove-tree.ts'

export interface DiskOptions {
  /** The folder on the machine that becomes the root; it may itself be a link, which is followed once. */
  readonly root: string
  readonly label?: string
  /** Larger files are refused before they are read; 8 MiB by default. */
  readonly maxBytes?: number
  readonly gate?: Gate
  /** True refuses to read files that have other names (`HARD_LINK`): nobody can say whether one of them is outside. */
  readonly strict?: boolean
}

/** Files that keep permissions, so that an undo can bring them back. */
export interface ModeFiles extends SettlingFiles {
  /** The permission bits of a regular file; undefined when there is none. */
  modeOf(path: Path): number | undefined
  setMode(path: Path, mode: number): void
}

/** Files of a folder on the machine. Every call checks the opened handle, never a name that may change afterwards. */
export interface DiskFiles extends ModeFiles {
  readonly sync: SyncFiles
  /** Files that had other names on the disk, inside the root or not, when they were last read. */
  readonly hardLinks: ReadonlySet<Path>
}

const defaultMaxBytes = 8 * 1024 * 1024
/** How often a file that changes under the reader is begun again. */
const mostReadings = 4

/**
 * The files below `root`. Links are followed while they stay inside (`LINK_LEAVES_ROOT` otherwise) and never written
 * through; what is no regular file is refused at once. Calls work synchronously: a local disk is fastest so.
 */
export function diskFiles(options: DiskOptions): DiskFiles {
  const { root, label = '', maxBytes = defaultMaxBytes, gate = createGate(), strict = false } = options
  const declared = resolve(root)
  const hardLinks = new Set<Path>()
  let known: string | undefined

  /** The real root, found once: later swaps of a link at the root change nothing. */
  function realRoot(): string {
    if (known !== undefined) return known
    try {
      known = realpathSync(declared)
    } catch {
      return declared
    }
    return known
  }

  function locate(path: Path): string {
    const root = realRoot()
    if (path === '') return root
    // Both are normalised, and `join` would do that again.
    return root.endsWith(sep) ? root + path : `${root}/${path}`
  }

  function inside(path: Path, real: string): void {
    if (!gate.on || real === realRoot()) return
    const place = placeOf(real)
    if (place === undefined) throw linkLeaves(label, path)
    gate.require(place)
    // One of several names may have been removed while the file was open: then the rules are for the name it had.
    if (withoutDeletion(place) !== place) gate.require(withoutDeletion(place))
  }

  /** The path of a real place; undefined for one outside the root. */
  function placeOf(real: string): Path | undefined {
    const base = realRoot()
    if (real === base) return rootPath
    if (!real.startsWith(base.endsWith(sep) ? base : base + sep)) return undefined
    return real.slice(base.length).split(sep).filter(Boolean).join('/') as Path
  }

  /** `use` gets the folder or file itself, links followed and checked. */
  function hold<T>(path: Path, use: (held: Held) => T, isLikely?: boolean): T | undefined {
    const checked = (held: Held): T => {
      inside(path, held.real)
      return use(held)
    }
    return holding(locate(path), checked, isLikely)
  }

  function stat(path: Path): FileStat | undefined {
    return hold(path, ({ stat }) => ({ type: typeOf(stat), size: stat.size, modified: stat.mtimeMs }))
  }

  function list(path: Path): readonly Entry[] | undefined {
    const listed = (folder: Held): readonly Entry[] => {
      if (!folder.stat.isDirectory()) throw notAFolder(label, path)
      const admits = gate.admitting(path)
      const shown: Entry[] = []
      for (const entry of readdirSync(`${folder.at}/`, { withFileTypes: true })) {
        const { name } = entry
        // Denied names are not shown; names that no path can hold are shown as what they are to us: something else.
        if (admits(name)) shown.push({ name, type: typeOf(entry) })
        else if (!isNormal(parsePath(name), name)) shown.push({ name, type: 'other' })
      }
      return shown.sort((a, b) => compareText(a.name, b.name))
    }
    // Who lists a folder has seen it in another.
    return hold(path, listed, true)
  }

  function readEach(paths: readonly Path[], use: UseRead): number {
    const within = handlesHaveNames ? inHeldFolder : () => false
    return readEachOf(paths, { within, alone: (path) => sync.look!(path), maxBytes }, use)
  }

  function stamps(paths: readonly Path[]): readonly (Stamp | undefined)[] {
    const passes = (folder: Path): boolean => isNormal(gate.check(folder), folder)
    const ways = { locate, passes, admitting: gate.admitting, within: inHeldFolder, now: Date.now() }
    return stampsOf(paths, ways)
  }

  function folderStamp(path: Path): Stamp | undefined {
    const now = Date.now()
    try {
      const stamp = hold(gate.require(path), ({ stat }) => stampOf(stat))
      return stamp?.type === 'directory' && hasRested(stamp, now) ? stamp : undefined
    } catch {
      return undefined
    }
  }

  /** False when the folder is refused, is none, or cannot be opened: what `use` throws is not caught. */
  function inHeldFolder(folder: Path, use: (held: HeldFolder) => void): boolean {
    let isUsed = false
    try {
      hold(gate.require(folder), ({ at, real, stat }) => {
        if (!stat.isDirectory()) return
        isUsed = true
        use({ at: `${at}/`, admits: admittingAt(folder, real) })
      })
    } catch (thrown) {
      if (isUsed) throw thrown
    }
    return isUsed
  }

  /** A folder behind a link has two paths, and what is in it must pass by both. */
  function admittingAt(folder: Path, real: string): (name: string) => boolean {
    const byName = gate.admitting(folder)
    const place = gate.on ? placeOf(real) : folder
    if (place === folder || place === undefined) return byName
    const byPlace = gate.admitting(place)
    return (name) => byName(name) && byPlace(name)
  }

  function read(path: Path): Uint8Array {
    return look(path).bytes
  }

  function look(path: Path): Looked {
    for (let reading = 0; reading < mostReadings; reading++) {
      const found = readOnce(path)
      if (found) return found
    }
    throw changedWhileRead(label, path)
  }

  function readOnce(path: Path): Looked | undefined {
    const now = Date.now()
    const opened = open(path)
    try {
      inside(path, opened.real)
      if (gate.on && !opened.stat.isFile()) throw notAFile(label, path, kindOf(opened.stat))
      if (opened.stat.nlink > 1) noteHardLink(path)
      else if (hardLinks.size > 0) hardLinks.delete(path)
      return readWhole(opened, now, (size) => {
        if (size > maxBytes) throw tooLarge(path, size)
      })
    } finally {
      closeSync(opened.fd)
    }
  }

  function noteHardLink(path: Path): void {
    if (strict) throw hardLink(label, path)
    hardLinks.add(path)
  }

  function open(path: Path): Opened {
    const opened = openOr(path, () => {
      const real = realpathSync(locate(path))
      inside(path, real)
      return openForReading(real)
    })
    if (!opened) throw notFound(label, path)
    return opened
  }

  function openOr(path: Path, throughLink: () => Opened | undefined): Opened | undefined {
    try {
      return openForReading(locate(path))
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENXIO') throw notAFile(label, path, 'a socket or a device')
      // ELOOP: the last segment is a link, which we opened without following.
      if (errnoOf(thrown) === 'ELOOP' || errnoOf(thrown) === 'EMLINK') return throughLink()
      throw thrown
    }
  }

  function tooLarge(path: Path, size: number): HeddleError {
    const message = `${shown(label, path)} has ${size} bytes; the limit is ${maxBytes}.`
    return refusal('TOO_LARGE', message, 'Split the file, or raise maxBytes.')
  }

  function makeFolder(path: Path): void {
    const type = path === '' ? undefined : stat(path)?.type
    if (type === 'directory') return
    if (type !== undefined) throw notAFolder(label, path)
    if (path === '') {
      mkdirSync(realRoot(), { recursive: true })
      return
    }
    makeFolder(parentOf(path))
    inFolder(parentOf(path), (folder) => {
      const at = `${folder}/${nameOf(path)}`
      // A dangling link is there although nothing is behind it.
      if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) throw linkLeaves(label, path)
      mkdirSync(at, { recursive: true })
    })
  }

  function inFolder<T>(path: Path, use: (folder: string) => T): T {
    const found = hold(path, (folder) => {
      if (!folder.stat.isDirectory()) throw notAFolder(label, path)
      return { value: use(folder.at) }
    })
    if (!found) throw notFound(label, path)
    return found.value
  }

  function write(path: Path, content: string | Uint8Array): void {
    if (path === '') throw notAFile(label, path, 'a folder')
    makeFolder(parentOf(path))
    inFolder(parentOf(path), (folder) => {
      const target = `${folder}/${nameOf(path)}`
      const old = lstatSync(target, { throwIfNoEntry: false })
      if (old && !old.isFile()) throw notAFile(label, path, kindOf(old))
      const fresh = `${folder}/${unfinishedName()}`
      try {
        writeFresh(fresh, content, old?.mode)
        renameSync(fresh, target)
      } catch (thrown) {
        unlinkIfThere(fresh)
        throw thrown
      }
    })
  }

  function remove(path: Path): void {
    if (path === '') throw rootStays()
    hold(parentOf(path), (folder) => {
      if (!folder.stat.isDirectory()) return
      const target = `${folder.at}/${nameOf(path)}`
      if (!lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) {
        unlinkIfThere(target)
        return
      }
      const real = join(folder.real, nameOf(path))
      visitTree(real, moved, (below) => refuseDenied(`${path}/${below}` as Path))
      removeTree(real, moved)
      removeFolderIfThere(target)
    })

    function moved(): never {
      throw linkLeaves(label, path)
    }
  }

  /** What no path can hold goes with its folder; what a rule closes keeps it. */
  function refuseDenied(path: Path): void {
    const checked = gate.check(path)
    if (!checked.ok && checked.diagnostic.code === 'DENIED_BY_RULE') throw new HeddleError(checked.diagnostic)
  }

  function guarded<A extends unknown[], T>(
    verb: string,
    call: (path: Path, ...rest: A) => T,
  ): (path: Path, ...rest: A) => T {
    return (text, ...rest) => {
      const path = gate.require(text)
      try {
        return call(path, ...rest)
      } catch (thrown) {
        throw translate(thrown, path, verb)
      }
    }
  }

  function translate(thrown: unknown, path: Path, verb: string): unknown {
    if (thrown instanceof HeddleError) return thrown
    const code = errnoOf(thrown)
    if (isAbsence(thrown)) return notFound(label, path)
    if (code === 'ELOOP') return linkLeaves(label, path)
    if (code === 'ENXIO') return notAFile(label, path, 'a socket or a device')
    if (code === 'ENAMETOOLONG') {
      return refusal('NAME_UNSAFE', `${shown(label, path)} is too long a name.`, 'Use shorter names.')
    }
    const name = verb === 'write' ? 'UNWRITABLE' : 'UNREADABLE'
    const message = `${shown(label, path)} could not be ${verb === 'write' ? 'changed' : 'read'} (${code || 'unknown reason'}).`
    return refusal(name, message, 'Check its permissions and the disk.', code)
  }

  const sync: SyncFiles = {
    stat: guarded('read', stat),
    list: guarded('read', list),
    read: guarded('read', read),
    look: guarded('read', look),
    readEach,
    stamps,
    folderStamp,
  }
  const writeNow = guarded('write', write)
  const removeNow = guarded('write', remove)
  const makeFolderNow = guarded('write', makeFolder)
  const modeNow = guarded('read', (path: Path) =>
    hold(path, ({ stat }) => (stat.isFile() ? stat.mode & 0o7777 : undefined)),
  )
  const setModeNow = guarded('write', (path: Path, mode: number) => {
    hold(path, ({ at, stat }) => {
      if (strict && stat.isFile() && stat.nlink > 1) throw hardLink(label, path)
      chmodSync(at, mode)
    })
  })

  return {
    label,
    sync,
    hardLinks,
    stat: async (path) => sync.stat(path),
    list: async (path) => sync.list(path),
    read: async (path) => sync.read(path),
    write: async (path, content) => writeNow(path, content),
    remove: async (path) => removeNow(path),
    makeFolder: async (path) => makeFolderNow(path),
    modeOf: modeNow,
    setMode: setModeNow,
    settle: async (paths) => settlePaths(paths.map(gate.require), { label, hold }),
  }
}

function isNormal(checked: Result<Path>, text: string): boolean {
  return checked.ok && checked.value === text
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a folder'
  if (stat.isFIFO()) return 'a pipe'
  if (stat.isSocket()) return 'a socket'
  return stat.isSymbolicLink() ? 'a link' : 'a device'
}

/** Says whose it is, so that one that was left by a process that is gone can be told from one that is being written. */
function unfinishedName(): string {
  return `.heddle-${process.pid}-${randomBytes(16).toString('hex')}.tmp`
}

/** The process that was writing a file of this name when it ended or still is; undefined for other names. */
export function writerOf(name: string): number | undefined {
  const pid = /^\.heddle-(\d+)-[0-9a-f]{32}\.tmp$/.exec(name)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

function writeFresh(absolute: string, content: string | Uint8Array, mode: number | undefined): void {
  const fd = openSync(absolute, 'wx', mode === undefined ? 0o666 : 0o600)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
    if (mode !== undefined) fchmodSync(fd, mode & 0o7777)
  } finally {
    closeSync(fd)
  }
}

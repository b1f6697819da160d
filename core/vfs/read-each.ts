import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { HeddleError } from '../base/diagnostic.ts'
import type { Looked, UseRead } from './file-system.ts'
import { readingFlags } from './handle.ts'
import { parentOf, type Path, rootPath } from './path.ts'
import { youngMs } from './read-whole.ts'
import { hasRested, stampOf } from './stamp.ts'

/** What can be done in a folder while it is held. */
export interface HeldFolder {
  /** What leads to the very folder that was checked, with a slash at the end. */
  readonly at: string
  /** True for names whose paths pass the gate. */
  admits(name: string): boolean
}

/** The two ways to a file: through its folder, or by itself with every check there is. */
export interface ReadingWays {
  /** Runs `use` while the folder is held; false when it cannot be held, or is refused. */
  within(folder: Path, use: (held: HeldFolder) => void): boolean
  alone(path: Path): Looked
  readonly maxBytes: number
}

const firstSize = 64 * 1024
/** Larger buffers are not kept. */
const keptSize = 1024 * 1024
let spare: Uint8Array | undefined

/**
 * Reads file after file into one buffer, each folder held once. The folder was checked and the last name is opened through no
 * link, so the file is in that folder whatever is renamed meanwhile. Whatever is not an old, regular file with one name and of
 * the size that was told is read alone.
 */
export function readEachOf(paths: readonly Path[], ways: ReadingWays, use: UseRead): number {
  const buffer = takeBuffer()
  try {
    let told = 0
    while (told < paths.length) {
      const end = endOfFolder(paths, told)
      const next = readFolder(paths.slice(told, end), { ways, buffer }, (found, index) =>
        use(found, told + index),
      )
      told += next.told
      if (next.ended) return told
    }
    return told
  } finally {
    giveBack(buffer)
  }
}

/** Where the run of paths in the same folder ends that begins at `from`. */
export function endOfFolder(paths: readonly Path[], from: number): number {
  const prefix = prefixOf(parentOf(paths[from]!))
  let end = from + 1
  while (end < paths.length && isIn(paths[end]!, prefix)) end++
  return end
}

/** What the paths in a folder begin with; the rest is the name, slashes included where the path is none. */
export function prefixOf(folder: Path): string {
  return folder === rootPath ? '' : `${folder}/`
}

function isIn(path: Path, prefix: string): boolean {
  return path.startsWith(prefix) && path.indexOf('/', prefix.length) < 0
}

interface Told {
  readonly told: number
  readonly ended: boolean
}

interface Reading {
  readonly ways: ReadingWays
  readonly buffer: ReusedBuffer
}

function readFolder(paths: readonly Path[], { ways, buffer }: Reading, use: UseRead): Told {
  let told = 0
  let ended = false
  const tell = (read: (path: Path) => Looked | undefined): void => {
    while (told < paths.length && !ended) {
      const path = paths[told]!
      ended = !use(read(path) ?? attempt(() => ways.alone(path)), told++)
    }
  }
  const folder = parentOf(paths[0]!)
  const from = prefixOf(folder).length
  const isHeld = ways.within(folder, ({ at, admits }) => {
    tell((path) => {
      const name = path.slice(from)
      return admits(name) ? readOrdinary(at + name, ways.maxBytes, buffer) : undefined
    })
  })
  if (!isHeld) tell(() => undefined)
  return { told, ended }
}

function attempt(read: () => Looked): Looked | HeddleError {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof HeddleError) return thrown
    throw thrown
  }
}

/** Undefined for everything that wants a closer look. */
function readOrdinary(at: string, maxBytes: number, buffer: ReusedBuffer): Looked | undefined {
  const now = Date.now()
  let fd: number
  try {
    fd = openSync(at, readingFlags)
  } catch {
    return undefined
  }
  try {
    const stat = fstatSync(fd)
    if (!isOrdinary(stat, now) || stat.size > maxBytes) return undefined
    const bytes = buffer.withRoomFor(stat.size + 1)
    // A regular file gives all it has: less is its end, and one byte more shows that it has grown.
    const count = readSync(fd, bytes, 0, stat.size + 1, null)
    if (count !== stat.size) return undefined
    const stamp = stampOf(stat)
    return { bytes: bytes.subarray(0, count), isYoung: false, ...(hasRested(stamp, now) && { stamp }) }
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

function isOrdinary(stat: Stats, now: number): boolean {
  return stat.isFile() && stat.nlink === 1 && stat.size > 0 && now - stat.mtimeMs >= youngMs
}

interface ReusedBuffer {
  withRoomFor(size: number): Uint8Array
  readonly bytes: Uint8Array
}

/** The spare buffer, or a new one when somebody reads while reading. */
function takeBuffer(): ReusedBuffer {
  let bytes = spare ?? new Uint8Array(firstSize)
  spare = undefined
  return {
    withRoomFor(size) {
      if (bytes.length < size) bytes = new Uint8Array(Math.max(size, bytes.length * 2))
      return bytes
    },
    get bytes() {
      return bytes
    },
  }
}

function giveBack({ bytes }: ReusedBuffer): void {
  if (bytes.length <= keptSize) spare = bytes
}

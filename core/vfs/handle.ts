import type { Stats } from 'node:fs'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'

/** Something that is open, and where it really is: `real` is taken from the handle, so a later swap changes nothing. */
export interface Opened {
  readonly fd: number
  readonly real: string
  readonly stat: Stats
}

/** A place that is held open while `at` is used; `at` leads to the very thing that was checked. */
export interface Held {
  readonly at: string
  readonly real: string
  readonly stat: Stats
}

/** For reading, but through no last link, never waiting for a writer; where a flag does not exist it counts as nothing. */
export const readingFlags =
  constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/** Whether handles have names of their own, through which what they hold is found whatever is renamed. */
export const handlesHaveNames = process.platform === 'linux'
// Node has no name for O_PATH: a handle that names a thing without opening it, so that devices and FIFOs stay untouched.
const pathOnly = 0o10000000
const attempts = 4

/** Opens for reading without following a last link and without waiting for a writer; undefined when it keeps vanishing. */
export function openForReading(absolute: string): Opened | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const fd = openSync(absolute, readingFlags)
    try {
      const real = realPlaceOf(fd, absolute)
      const stat = fstatSync(fd)
      // Replaced or removed between two calls: the handle has no name any more, so ask for the new one.
      if (stat.nlink > 0 && real !== undefined) return { fd, real, stat }
    } catch (thrown) {
      closeSync(fd)
      throw thrown
    }
    closeSync(fd)
  }
  return undefined
}

/**
 * Runs `use` while the place is held, all links followed; gives undefined when there is nothing. `isLikely` for a place that was
 * seen before: it is opened unasked, since only an error costs more than the question.
 */
export function holding<T>(absolute: string, use: (held: Held) => T, isLikely = false): T | undefined {
  if (!handlesHaveNames) return holdingByName(absolute, use)
  if (!isLikely && !isThere(absolute)) return undefined
  let fd: number
  try {
    fd = openSync(absolute, pathOnly)
  } catch (thrown) {
    if (isAbsence(thrown)) return undefined
    throw thrown
  }
  try {
    const place = readlinkSync(`/proc/self/fd/${fd}`)
    const stat = fstatSync(fd)
    return use({ at: `/proc/self/fd/${fd}`, real: stat.nlink === 0 ? withoutDeletion(place) : place, stat })
  } finally {
    closeSync(fd)
  }
}

/** The real place of an opened file by asking twice: the name's target must be the file that is open. */
export function realPlaceByName(fd: number, absolute: string): string | undefined {
  const real = realpathSync(absolute)
  const named = statSync(real, { throwIfNoEntry: false })
  const open = fstatSync(fd)
  return named && named.dev === open.dev && named.ino === open.ino ? real : undefined
}

/** The machine's own code of an error: `ENOENT`; empty when it has none. */
export function errnoOf(thrown: unknown): string {
  const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' ? code : ''
}

/** True for the errors that only say that nothing is there. */
export function isAbsence(thrown: unknown): boolean {
  return errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR'
}

function isThere(absolute: string): boolean {
  try {
    return lstatSync(absolute, { throwIfNoEntry: false }) !== undefined
  } catch (thrown) {
    if (isAbsence(thrown)) return false
    throw thrown
  }
}

function realPlaceOf(fd: number, absolute: string): string | undefined {
  return handlesHaveNames ? readlinkSync(`/proc/self/fd/${fd}`) : realPlaceByName(fd, absolute)
}

function holdingByName<T>(absolute: string, use: (held: Held) => T): T | undefined {
  try {
    const real = realpathSync(absolute)
    return use({ at: real, real, stat: statSync(real) })
  } catch (thrown) {
    if (isAbsence(thrown)) return undefined
    throw thrown
  }
}

/**
 * What the system writes behind the place of something that was removed while it was open. Only for what has no name left:
 * a folder `mods (deleted)` beside the root `mods` is another folder.
 */
export function withoutDeletion(place: string): string {
  return place.endsWith(' (deleted)') ? place.slice(0, -' (deleted)'.length) : place
}

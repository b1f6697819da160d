import { HeddleError } from '../base/diagnostic.ts'
import { copyOf } from './bytes.ts'
import type { Entry, Files, FileStat, Looked, SyncFiles, UseRead } from './file-system.ts'
import { FirstLooks, type KeptAnswers, type Moved } from './first-looks.ts'
import type { Original } from './original.ts'
import { absent, lookAt } from './original.ts'
import type { Path } from './path.ts'
import { readMixed, readOne, readOneByOne } from './read-rows.ts'
import { notFound } from './refusals.ts'
import type { Regions } from './regions.ts'
import type { Ask, Steps } from './steps.ts'
import { askList, askRead, askStat, run, runNow } from './steps.ts'

/** Where reading in rows begins; larger files make it grow. */
const firstBuffer = 8192

/**
 * Files that stay as they were when they were first looked at, whatever becomes of the files below: an answer that would
 * differ from an earlier one rejects with `CONFLICT`. Answers are kept, so that few are asked for twice.
 */
export interface StableFiles extends Files {
  /** What was at a path at the first look, which is taken now when there was none. */
  look(path: Path): Steps<Original>
  /** Says that a listing was shown: it must be the same in the end. Without that only what is asked twice is compared. */
  rely(folder: Path): void
  /** Takes note of what we have put at a path ourselves. */
  put(path: Path, now: Original): void
  /** What is in the regions, and the folders on the way there, may have changed with our consent: it is looked at anew. */
  forget(regions: Regions): void
  /** What is not as it was at the first look any more. */
  findMoved(regions: Regions): Steps<readonly Moved[]>
}

/**
 * Stable files over others; `cacheBytes` bounds the answers that are kept. What is dropped must still be the same later. `kept` is
 * what may be known of the same files from earlier.
 */
export function createStable(base: Files, cacheBytes: number, kept?: KeptAnswers): StableFiles {
  const looks = new FirstLooks(base.label, cacheBytes, kept)
  const sync = base.sync && syncOver(base, looks)
  return {
    label: base.label,
    ...laterOver(base, looks),
    ...(sync && { sync }),
    *look(path) {
      const known = looks.contentOf(path)
      if (known) return known
      const { epoch } = looks
      const now = yield* lookAt(base, path)
      if (now.type !== 'other' && epoch === looks.epoch) looks.note(path, now)
      return now
    },
    rely: (folder) => looks.rely(folder),
    put: (path, now) => looks.put(path, now),
    forget: (regions) => looks.forget(regions),
    findMoved: (regions) => looks.findMoved(base, regions),
  }
}

function syncOver(base: Files, looks: FirstLooks): SyncFiles {
  const sync: SyncFiles = {
    stat: (path) => (isDecided(looks, path) ? looks.statOf(path) : runNow(statAnew(base, looks, path))),
    list: (path) =>
      looks.entriesOf(path) ?? (looks.isAbsent(path) ? undefined : runNow(listAnew(base, looks, path))),
    read: (path) => copyKept(looks, path) ?? runNow(readAnew(base, looks, path)),
  }
  return { ...sync, readEach: readEachOver(base, looks, sync) }
}

/** Where answers take time, those who ask the same meanwhile get the same. */
function laterOver(base: Files, looks: FirstLooks): Pick<Files, 'stat' | 'list' | 'read'> {
  const asking = new Map<string, Promise<unknown>>()

  function once<T>(call: Ask['call'], path: Path, steps: () => Steps<T>): Promise<T> {
    if (base.sync) return run(steps())
    const key = `${call} ${looks.epoch} ${path}`
    const known = asking.get(key) as Promise<T> | undefined
    if (known) return known
    const answer = run(steps()).finally(() => asking.delete(key))
    asking.set(key, answer)
    return answer
  }

  return {
    stat: async (path) =>
      isDecided(looks, path) ? looks.statOf(path) : once('stat', path, () => statAnew(base, looks, path)),
    list: async (path) =>
      looks.entriesOf(path) ??
      (looks.isAbsent(path) ? undefined : once('list', path, () => listAnew(base, looks, path))),
    read: async (path) =>
      copyKept(looks, path) ?? once('read', path, () => readAnew(base, looks, path)).then(copyOf),
  }
}

function copyKept(looks: FirstLooks, path: Path): Uint8Array | undefined {
  const kept = looks.bytesOf(path)
  return kept && copyOf(kept)
}

function isDecided(looks: FirstLooks, path: Path): boolean {
  return looks.statOf(path) !== undefined || looks.isAbsent(path)
}

function* statAnew(base: Files, looks: FirstLooks, path: Path): Steps<FileStat | undefined> {
  const { epoch } = looks
  const found = yield* askStat(base, path)
  if (epoch === looks.epoch) looks.noteStat(path, found)
  return found
}

function* listAnew(base: Files, looks: FirstLooks, path: Path): Steps<readonly Entry[] | undefined> {
  const { epoch } = looks
  const stamp = base.sync?.folderStamp?.(path)
  const known = stamp && looks.recallEntries(path, stamp)
  if (known) return known
  const entries = yield* askList(base, path)
  if (epoch !== looks.epoch) return entries
  if (entries) looks.noteEntries(path, entries, stamp)
  else looks.note(path, absent)
  return entries
}

function* readAnew(base: Files, looks: FirstLooks, path: Path): Steps<Uint8Array> {
  if (looks.isAbsent(path)) throw notFound(base.label, path)
  const { epoch } = looks
  let bytes: Uint8Array
  try {
    bytes = yield* askRead(base, path)
  } catch (thrown) {
    if (epoch === looks.epoch && isAbsence(thrown)) looks.note(path, absent)
    throw thrown
  }
  // A size tells little, and the time was told before: so it is asked for again.
  const found = looks.statOf(path) && (yield* askStat(base, path))
  if (epoch !== looks.epoch) return bytes
  if (found) looks.noteStat(path, found)
  looks.noteBytes(path, bytes)
  return copyOf(bytes)
}

function isAbsence(thrown: unknown): boolean {
  return thrown instanceof HeddleError && thrown.code === 'NOT_FOUND'
}

/** What is kept is told from one buffer, since nobody may keep it; rows of the others are read as the base reads them. */
function readEachOver(
  base: Files,
  looks: FirstLooks,
  one: Pick<SyncFiles, 'read'>,
): NonNullable<SyncFiles['readEach']> {
  const sync = base.sync!
  const readRow = (row: readonly Path[], use: UseRead): number => {
    const noted: UseRead = (found, index) => use(taken(looks, row[index]!, found), index)
    return sync.readEach ? sync.readEach(row, noted) : readOneByOne(sync, row, noted)
  }
  const isPlain = (path: Path): boolean => !looks.hasBytes(path) && !looks.isAbsent(path)
  return (paths, use) => {
    if (sync.stamps) looks.recall(paths, sync.stamps)
    let buffer = new Uint8Array(firstBuffer)
    const alone = (path: Path): Looked | HeddleError => {
      const bytes = looks.bytesOf(path)
      if (!bytes) return readOne(one, path)
      if (bytes.length > buffer.length) buffer = new Uint8Array(bytes.length * 2)
      buffer.set(bytes)
      return { bytes: buffer.subarray(0, bytes.length), isYoung: false, mark: looks.contentOf(path)!.mark }
    }
    return readMixed(paths, { isPlain, readRow, alone }, use)
  }
}

/** The same answer, noted; or the conflict that it makes. */
function taken(looks: FirstLooks, path: Path, found: Looked | HeddleError): Looked | HeddleError {
  try {
    if (!(found instanceof HeddleError)) return { ...found, mark: looks.noteRead(path, found) }
    if (isAbsence(found)) looks.note(path, absent)
    return found
  } catch (thrown) {
    if (thrown instanceof HeddleError) return thrown
    throw thrown
  }
}

import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { digest } from '../base/key.ts'
import type { HeddleError } from '../base/diagnostic.ts'
import { errnoOf } from '../vfs/handle.ts'
import { refusal } from '../vfs/refusals.ts'
import type { GrowingFile, RunDisk } from './run-disk.ts'
import { firstLine, formatLine } from './run-line.ts'

/** Bytes that stand in the content file of a part, by their digest. */
export interface Stored {
  readonly sha: string
  readonly part: number
  readonly at: number
  readonly bytes: number
}

/** Writes one part of a run's journal. Records are gathered and written together; nobody waits for a disk but who asks. */
export interface RunWriter {
  /** Adds a record to the end. */
  add(record: object): void
  /** Keeps bytes beside the records; the same bytes once. */
  keep(bytes: Uint8Array): Stored
  /** Settles when all that was added before is safe; calls that come together share one visit to the disk. Rejects with `STATE_NOT_SAVED`. */
  sync(): Promise<void>
  /** Writes what was gathered, and ends. */
  close(): void
  /** Why nothing is written any more; undefined while all is well. */
  readonly broken: HeddleError | undefined
}

export interface RunWriterOptions {
  readonly disk: RunDisk
  /** Absolute folder of the run. */
  readonly folder: string
  /** Folders up to the one that was there before, which must be synced once for the run to be found again. */
  readonly parents: readonly string[]
  readonly part: number
  readonly clock: Clock
}

const gatheredBytes = 64 * 1024
const gatheredMs = 20
const syncedBytes = 256 * 1024

/** Begins a part of a run's journal; undefined when another process has begun the same part. */
export function createRunWriter(options: RunWriterOptions): RunWriter | undefined {
  const { disk, folder, parents, part, clock } = options
  const created = disk.create(join(folder, journalName(part)), firstLine)
  if (!created) return undefined
  const journal: GrowingFile = created
  let content: GrowingFile | undefined
  let contentEnd = 0
  let lines: string[] = []
  let size = 0
  let count = 0
  let broken: HeddleError | undefined
  let isContentNew = false
  let names: Promise<unknown> | undefined
  let unsynced = 0
  let stopTimer: (() => void) | undefined
  let under: Promise<void> | undefined
  let next: Promise<void> | undefined
  const known = new Map<string, Stored>()

  function add(record: object): void {
    if (broken) return
    const line = formatLine(count++, JSON.stringify(record))
    lines.push(line)
    size += line.length
    if (size > gatheredBytes) write()
    else stopTimer ??= clock.after(gatheredMs, write)
  }

  function write(): void {
    stopTimer?.()
    stopTimer = undefined
    if (broken || lines.length === 0) return
    const text = lines.join('')
    lines = []
    size = 0
    attempt(() => journal.append(text))
    unsynced += text.length
    // A long run is made safe as it goes, so that its end need not wait for all of it.
    if (unsynced > syncedBytes) void sync().catch(() => undefined)
  }

  /** After a failed write nobody knows how the file ends, so nothing more is put there. */
  function attempt(call: () => void): void {
    try {
      call()
    } catch (thrown) {
      broken ??= notSaved(thrown)
    }
  }

  function keep(bytes: Uint8Array): Stored {
    const sha = digest(bytes)
    const found = known.get(sha)
    if (found) return found
    const stored = { sha, part, at: contentEnd, bytes: bytes.length }
    contentEnd += bytes.length
    known.set(sha, stored)
    if (broken) return stored
    isContentNew = true
    attempt(() => {
      content ??= createContent()
      content!.append(bytes)
    })
    return stored
  }

  function createContent(): GrowingFile | undefined {
    names = undefined
    return disk.create(join(folder, contentName(part)), '')
  }

  async function syncNow(): Promise<void> {
    write()
    if (broken) throw broken
    try {
      // What the records name must be there before they are.
      if (isContentNew) {
        isContentNew = false
        await content?.sync()
      }
      unsynced = 0
      await journal.sync()
      await syncNames()
    } catch (thrown) {
      throw (broken ??= notSaved(thrown))
    }
  }

  /** Once both files are there their names need no more care. */
  function syncNames(): Promise<unknown> {
    names ??= Promise.all([folder, ...parents].map((each) => disk.syncFolder(each)))
    return names
  }

  /** Whoever comes while one visit is under way shares the next. */
  function sync(): Promise<void> {
    if (next) return next
    const start = (): Promise<void> => {
      next = undefined
      return (under = syncNow())
    }
    next = (under ?? Promise.resolve()).then(start, start)
    return next
  }

  return {
    add,
    keep,
    sync,
    close() {
      write()
      journal.close()
      content?.close()
    },
    get broken() {
      return broken
    },
  }
}

/** The file of a part's records. */
export function journalName(part: number): string {
  return `journal-${part}`
}

/** The file of a part's content. */
export function contentName(part: number): string {
  return `content-${part}`
}

function notSaved(thrown: unknown): HeddleError {
  const code = errnoOf(thrown) || 'unknown reason'
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return refusal(
    'STATE_NOT_SAVED',
    `${isFull ? 'The disk is full' : 'The journal of the run cannot be written'} (${code}); from here on the run cannot be resumed.`,
    isFull ? 'Free some space.' : 'Check the folder .heddle/state.',
    code,
  )
}

import type { Clock } from '../base/clock.ts'
import { type Diagnostic, messageOf, toDiagnostic } from '../base/diagnostic.ts'
import { createLimit } from '../base/limit.ts'
import type { Hints } from './hints.ts'
import type { Path } from './path.ts'
import { type FolderWatch, type FolderWatchOptions, watchFolder } from './watch.ts'

/** Keeps a folder watched, whatever happens to the folder or to the watcher. */
export interface Lookout {
  /** Looks at everything, whatever was told, and watches anew what is not watched any more. Rejects with what the look threw. */
  reconcile(): Promise<void>
  /** Stops; settles when nothing is looked at any more. */
  close(): Promise<void>
}

export interface LookoutOptions {
  readonly folder: string
  readonly clock: Clock
  /** Looks at the paths, or at everything; gives whether something had changed. `isDegraded` while notices are being lost. */
  look(dirty: ReadonlySet<Path> | undefined, isDegraded: boolean): Promise<boolean>
  /** Folders that need no watching, as they are now. */
  ignored(): Promise<ReadonlySet<Path>>
  /** Told what went wrong. */
  fault(diagnostic: Diagnostic): void
  readonly watch?: (folder: string, options: FolderWatchOptions) => Promise<FolderWatch>
}

/** How long after a burst everything is looked at again, how often while nothing can be told, and how often otherwise. */
const quietMs = 400
const pollMs = 2_000
const idleMs = 30_000
/** Longest time between two tries to watch again what could not be watched. */
const longestRetryMs = 60_000
/** Single saves are told reliably; bursts are not. */
const burst = 8

/** Watches, looks at everything once, and goes on until it is closed. */
export async function keepLookout(options: LookoutOptions): Promise<Lookout> {
  const { folder, clock, look, fault, watch = watchFolder } = options
  const alone = createLimit(1)
  let watched: FolderWatch | undefined
  let ignored: ReadonlySet<Path> = new Set()
  let isBroken = false
  let retryMs = pollMs
  let retryAt = 0
  /** Counts batches; a change that was found while it stood still was told by nobody. */
  let told = 0
  let suspectAt: number | undefined
  let doubtedAt: number | undefined
  let closed = false
  let cancelNext = (): void => {}

  async function onHints({ paths, isUnsure, lost }: Hints): Promise<void> {
    told++
    if (lost !== undefined) {
      isBroken = true
      fault(watchDegraded(lost))
      lookIn(pollMs)
    }
    await attempt(() => look(lost === undefined ? paths : undefined, isBroken))
    if (isUnsure || paths.size > burst || doubtedAt !== undefined) doubt()
  }

  /** Looks at everything as soon as it is quiet, and not much later where it never is. */
  function doubt(): void {
    doubtedAt ??= clock.now()
    if (!isBroken) lookIn(Math.min(quietMs, Math.max(0, doubtedAt + pollMs - clock.now())))
  }

  function lookIn(ms: number): void {
    cancelNext()
    if (closed) return
    cancelNext = clock.after(ms, () => {
      void attempt(reconcile).then(() => {
        if (doubtedAt === undefined) lookIn(isBroken || !watched!.isThere ? pollMs : idleMs)
      })
    })
  }

  async function watchAnew(): Promise<void> {
    await watched?.close()
    ignored = await options.ignored()
    watched = await watch(folder, { clock, onHints, ignores: (path) => ignored.has(path) })
    isBroken = watched.failure !== undefined
    if (isBroken) fault(watchDegraded(watched.failure))
    retryAt = clock.now() + retryMs
    retryMs = isBroken ? Math.min(retryMs * 2, longestRetryMs) : pollMs
  }

  const reconcile = (): Promise<void> =>
    alone(async () => {
      doubtedAt = undefined
      const before = told
      const isFound = await look(undefined, isBroken)
      if (closed) return
      const isBlind = suspectAt === told
      suspectAt = isFound && before === told ? told : undefined
      if (isBlind || (await isToBeWatchedAnew())) {
        await watchAnew()
        await look(undefined, isBroken)
      } else if (suspectAt !== undefined) doubt()
    })

  async function isToBeWatchedAnew(): Promise<boolean> {
    if (!watched!.isInPlace()) return true
    return isBroken ? clock.now() >= retryAt : !isSame(ignored, await options.ignored())
  }

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      fault(toDiagnostic(thrown))
    }
  }

  await watchAnew()
  // Whatever changed while the watcher was looking round is taken in now.
  await look(undefined, isBroken)
  lookIn(isBroken || !watched!.isThere ? pollMs : idleMs)
  return {
    reconcile,
    async close() {
      closed = true
      cancelNext()
      await alone(async () => watched?.close())
    },
  }
}

function isSame(a: ReadonlySet<Path>, b: ReadonlySet<Path>): boolean {
  return a.size === b.size && [...a].every((path) => b.has(path))
}

function watchDegraded(reason: unknown): Diagnostic {
  return {
    code: 'WATCH_DEGRADED',
    severity: 'warning',
    message: `Change notices were lost; a full scan ran. The watcher said: ${messageOf(reason)}`,
    hint: `Until it can watch again everything is looked at every ${pollMs / 1000} s. Let the machine watch more folders (fs.inotify.max_user_watches, ulimit -n), or let git ignore what holds no modules.`,
  }
}

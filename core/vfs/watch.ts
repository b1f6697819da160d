import { realpathSync, type Stats, statSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { parsePath } from './gate.ts'
import { createBatches, type Hints } from './hints.ts'
import { nameOf, type Path } from './path.ts'
import { skipped } from './tree-refresh.ts'

export interface FolderWatchOptions {
  readonly clock: Clock
  /** Folders that are not watched besides `.git`, `node_modules` and our own state. */
  ignores?(path: Path): boolean
  /** Called with one batch at a time; the next waits until it has settled. Must not reject. */
  onHints(hints: Hints): Promise<void>
}

/** A folder that is being watched. */
export interface FolderWatch {
  /** Why the watcher may be blind somewhere; undefined as long as it is not. */
  readonly failure: unknown
  /** False where there was no folder to watch. */
  readonly isThere: boolean
  /** False where a watched folder was removed and another one has its name, the root among them. */
  isInPlace(): boolean
  /** Stops; settles when nothing is called any more. */
  close(): Promise<void>
}

/** How long the watcher may take to look round, in milliseconds; afterwards it counts as failed. */
const readyMs = 20_000

/**
 * Watches the folders at and below `root`, links not followed (chokidar). Settles when the watcher has seen every folder; a change
 * made afterwards is told, one made before may be. Notices are hints: some are lost under load and some come twice.
 *
 * Files are not watched one by one: their folder tells of them, and what it tells is taken as the machine says it (`raw`), since
 * the watcher's own events leave out a second change within 50 ms.
 */
export async function watchFolder(root: string, options: FolderWatchOptions): Promise<FolderWatch> {
  const place = placeOf(root)
  const batches = createBatches(options.clock, options.onHints)
  if (!place) return nothingWatched(root)
  const { watch } = await import('chokidar')
  const gone = new Set<string>()
  let failure: unknown
  const watcher = watch(place.real, {
    followSymlinks: false,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    atomic: false,
    ignored: (name, stats) => isFile(stats) || isIgnored(place.real, name, options.ignores),
  })
  const fail = (reason: unknown): void => {
    failure = reason ?? 'no reason given'
    batches.lose(failure)
  }
  const add = (name: string): void => {
    const path = pathOf(place.real, name)
    if (path !== undefined && !isIgnored(place.real, name, options.ignores)) batches.add(path)
  }
  watcher.on('raw', (kind, name: string | null, details) => {
    const { watchedPath } = details as { readonly watchedPath: string }
    if (name !== null) add(join(watchedPath, name))
    // What happens to a watched folder itself is told as if it were in the folder, by its own name.
    if (name === null || name === basename(watchedPath)) add(watchedPath)
    if (kind !== 'rename' || name !== basename(watchedPath)) return
    gone.add(watchedPath)
    batches.doubt()
  })
  watcher.on('all', (_, name) => {
    add(name)
    batches.doubt()
  })
  watcher.on('error', fail)
  await new Promise<void>((resolve) => {
    const cancel = options.clock.after(readyMs, () => {
      fail(new Error(`The watcher was not ready after ${readyMs} ms.`))
      resolve()
    })
    watcher.once('ready', () => {
      cancel()
      resolve()
    })
  })
  return {
    get failure() {
      return failure
    },
    isThere: true,
    isInPlace: () => placeOf(root)?.identity === place.identity && !isAnyBack(gone),
    async close() {
      await watcher.close()
      await batches.close()
    },
  }
}

function nothingWatched(root: string): FolderWatch {
  return {
    failure: undefined,
    isThere: false,
    isInPlace: () => !placeOf(root),
    close: () => Promise.resolve(),
  }
}

interface Place {
  readonly real: string
  /** Another folder under the same name has another one. */
  readonly identity: string
}

function placeOf(root: string): Place | undefined {
  try {
    const real = realpathSync(root)
    const { dev, ino, birthtimeMs } = statSync(real)
    return { real, identity: `${dev}:${ino}:${birthtimeMs}` }
  } catch {
    return undefined
  }
}

/** Folders that are gone for good are forgotten: their parents tell when they come back. */
function isAnyBack(gone: Set<string>): boolean {
  for (const folder of gone) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return true
    gone.delete(folder)
  }
  return false
}

function isFile(stats: Stats | undefined): boolean {
  return stats !== undefined && !stats.isDirectory()
}

function isIgnored(root: string, name: string, ignores: FolderWatchOptions['ignores']): boolean {
  const path = pathOf(root, name)
  if (path === undefined || path === '') return false
  return skipped.has(nameOf(path)) || path === '.heddle/state' || ignores?.(path) === true
}

/** Undefined for names that no path of ours can hold. */
function pathOf(root: string, name: string): Path | undefined {
  const parsed = parsePath(relative(root, name).split(sep).join('/'))
  return parsed.ok ? parsed.value : undefined
}

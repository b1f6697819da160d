import { relative, sep } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { parsePath } from './gate.ts'
import { nameOf, type Path } from './path.ts'
import { skipped } from './tree-refresh.ts'

/** Where something may have changed: paths from the watcher, never what happened to them. */
export interface Hints {
  readonly paths: ReadonlySet<Path>
  /** True when notices were lost or the watcher failed, so that everything must be looked at. */
  readonly lost: boolean
}

export interface FolderWatchOptions {
  readonly clock: Clock
  /** Folders that are not watched besides `.git` and `node_modules`. */
  ignores?(path: Path): boolean
  /** Called with one batch at a time; the next waits until it has settled. Must not reject. */
  onHints(hints: Hints): Promise<void>
}

/** A folder that is being watched. */
export interface FolderWatch {
  /** Stops; settles when nothing is called any more. */
  close(): Promise<void>
}

/** A single save is told at once; what follows is gathered, because a checkout of a branch touches thousands of files. */
const firstDelayMs = 4
const gatherMs = 50

/**
 * Watches a folder below which links are not followed (chokidar). Settles when the watcher has seen every folder; a change made
 * afterwards is told, one made before may be. Notices are hints: some are lost under load and some come twice.
 */
export async function watchFolder(root: string, options: FolderWatchOptions): Promise<FolderWatch> {
  const { watch } = await import('chokidar')
  const batches = createBatches(options)
  const watcher = watch(root, {
    followSymlinks: false,
    ignoreInitial: true,
    ignored: (name) => isIgnored(root, name, options.ignores),
  })
  watcher.on('all', (_, name) => {
    const path = pathOf(root, name)
    if (path !== undefined) batches.add(path)
  })
  watcher.on('error', () => batches.lose())
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    async close() {
      await watcher.close()
      await batches.close()
    },
  }
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

interface Batches {
  add(path: Path): void
  lose(): void
  close(): Promise<void>
}

/** Gathers paths and hands them on, one batch after the other. */
function createBatches({ clock, onHints }: FolderWatchOptions): Batches {
  let paths = new Set<Path>()
  let lost = false
  let flushedAt = -Infinity
  let running: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let closed = false

  function schedule(): void {
    if (closed || running || cancel) return
    const delay = Math.max(firstDelayMs, flushedAt + gatherMs - clock.now())
    cancel = clock.after(delay, () => {
      cancel = undefined
      running = flush()
    })
  }

  async function flush(): Promise<void> {
    const hints = { paths, lost }
    paths = new Set()
    lost = false
    await onHints(hints)
    flushedAt = clock.now()
    running = undefined
    if (paths.size > 0 || lost) schedule()
  }

  return {
    add(path) {
      paths.add(path)
      schedule()
    },
    lose() {
      lost = true
      schedule()
    },
    async close() {
      closed = true
      cancel?.()
      await running
    },
  }
}

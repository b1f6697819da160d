import type { Clock } from '../base/clock.ts'
import type { Path } from './path.ts'

/** Where something may have changed: paths from the watcher, never what happened to them. */
export interface Hints {
  readonly paths: ReadonlySet<Path>
  /** True when folders came or went: what happened in them before they were watched was told to nobody. */
  readonly isUnsure: boolean
  /** Why notices were lost, so that everything must be looked at; undefined when none were. */
  readonly lost: unknown
}

/** Gathers hints and hands them on, one batch after the other. */
export interface Batches {
  add(path: Path): void
  doubt(): void
  /** `reason` is not undefined. */
  lose(reason: unknown): void
  /** Settles when no batch is being handled any more; none follows. */
  close(): Promise<void>
}

/** A single save is told at once; what follows is gathered, because a checkout of a branch touches thousands of files. */
const firstDelayMs = 1
const gatherMs = 50

/** Batches for `onHints`, which gets one at a time: the next waits until it has settled. It must not reject. */
export function createBatches(clock: Clock, onHints: (hints: Hints) => Promise<void>): Batches {
  let paths = new Set<Path>()
  let isUnsure = false
  let lost: unknown
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
    const hints = { paths, isUnsure, lost }
    paths = new Set()
    isUnsure = false
    lost = undefined
    await onHints(hints)
    flushedAt = clock.now()
    running = undefined
    if (paths.size > 0 || isUnsure || lost !== undefined) schedule()
  }

  return {
    add(path) {
      paths.add(path)
      schedule()
    },
    doubt() {
      isUnsure = true
      schedule()
    },
    lose(reason) {
      lost = reason
      schedule()
    },
    async close() {
      closed = true
      cancel?.()
      await running
    },
  }
}

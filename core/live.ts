import { isDeepStrictEqual } from 'node:util'
import type { Clock } from './base/clock.ts'
import { createLimit } from './base/limit.ts'
import type { Card } from './load/card.ts'
import { closeFiles } from './load/open-packages.ts'
import type { Reading } from './reading.ts'
import type { Files } from './vfs/file-system.ts'
import type { Path } from './vfs/path.ts'
import { type FolderWatch, type Hints, watchFolder } from './vfs/watch.ts'

/** What came of looking at the files again: ids of modules that are new, differ in anything that a check tells, or are gone. */
export interface Change {
  /** Counts up by one with every change. */
  readonly generation: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** True when notices of the watcher were lost and everything was looked at again. */
  readonly degraded: boolean
}

/** A framework that is being watched. */
export interface Watching {
  /** Looks at everything again, whatever the watcher told; settles when it is taken in. */
  reconcile(): Promise<void>
  /** Stops; settles when the listener is called no more. */
  close(): Promise<void>
}

/** The reading side as it is now: one generation after the other, each whole. */
export interface Live {
  readonly reading: Reading
  readonly generation: number
  /** Takes in what changed on disk, at the paths given or anywhere. The generation stays when nothing did. */
  refresh(dirty?: ReadonlySet<Path>): Promise<Change>
  /** Calls the listener after each change; a listener that throws is not called less. */
  watch(listener: (change: Change) => void): Promise<Watching>
  /** Ends all watching, keeps cards for the next process, and ends what the layers hold open. */
  close(): Promise<void>
}

export interface LiveOptions {
  readonly first: Reading
  /** Opens everything anew, for when homes or aliases have changed. */
  open(): Promise<Reading>
  /** The project's folder on the machine; null where there is nothing to watch. */
  readonly folder: string | null
  readonly clock: Clock
}

/** How long after a burst of notices everything is looked at again, and how often when nothing happens, in milliseconds. */
const quietMs = 400
const idleMs = 30_000
/** Single saves are told reliably; bursts are not. */
const burst = 8

/** The live reading side; nothing is looked at before somebody asks. */
export function createLive({ first, open, folder, clock }: LiveOptions): Live {
  const alone = createLimit(1)
  const watchers = new Set<Watching>()
  let reading = first
  let generation = 0
  const replaced: Files[] = []
  let cards: ReadonlyMap<string, Card> | undefined

  async function readCards(): Promise<ReadonlyMap<string, Card>> {
    return new Map((await reading.catalogue.cards()).cards.map((card) => [card.id, card]))
  }

  async function take(dirty: ReadonlySet<Path> | undefined, degraded: boolean): Promise<Change> {
    const before = cards ?? (await readCards())
    if (!(await reading.refresh(dirty))) {
      // Work that has begun may still read from the old layers: what they hold open is ended with the rest.
      replaced.push(...reading.layers.map(({ files }) => files))
      reading = await open()
    }
    cards = await readCards()
    const difference = compare(before, cards)
    if (difference.added.length + difference.changed.length + difference.removed.length > 0) generation++
    return { generation, ...difference, degraded }
  }

  const refresh = (dirty?: ReadonlySet<Path>, degraded = false): Promise<Change> =>
    alone(() => take(dirty, degraded))

  async function watch(listener: (change: Change) => void): Promise<Watching> {
    cards ??= await alone(readCards)
    let cancelReconcile = (): void => {}
    let closed = false

    async function look(dirty: ReadonlySet<Path> | undefined, degraded: boolean): Promise<void> {
      const known = generation
      const change = await refresh(dirty, degraded)
      if (!closed && (change.generation !== known || degraded)) tell(listener, change)
    }

    async function onHints({ paths, lost }: Hints): Promise<void> {
      await look(lost ? undefined : paths, lost)
      reconcileIn(lost || paths.size > burst ? quietMs : idleMs)
    }

    function reconcileIn(ms: number): void {
      cancelReconcile()
      if (!closed)
        cancelReconcile = clock.after(ms, () => {
          void look(undefined, false).then(() => reconcileIn(idleMs))
        })
    }

    const watched: FolderWatch | undefined =
      folder === null ? undefined : await watchFolder(folder, { clock, onHints })
    const watching: Watching = {
      reconcile: () => look(undefined, false),
      async close() {
        closed = true
        cancelReconcile()
        watchers.delete(watching)
        await watched?.close()
      },
    }
    watchers.add(watching)
    // Whatever changed while the watcher was looking round is taken in now.
    await look(undefined, false)
    reconcileIn(idleMs)
    return watching
  }

  return {
    get reading() {
      return reading
    },
    get generation() {
      return generation
    },
    refresh: (dirty) => refresh(dirty),
    watch,
    async close() {
      await Promise.all([...watchers].map((watching) => watching.close()))
      await reading.catalogue.keep()
      for (const files of [...replaced, ...reading.layers.map(({ files }) => files)]) closeFiles(files)
    },
  }
}

function tell(listener: (change: Change) => void, change: Change): void {
  try {
    listener(change)
  } catch {
    // Whoever listens answers for it; the next change is told all the same.
  }
}

/** Cards that were made again and say the same are no change. */
function compare(
  before: ReadonlyMap<string, Card>,
  after: ReadonlyMap<string, Card>,
): Pick<Change, 'added' | 'changed' | 'removed'> {
  const added: string[] = []
  const changed: string[] = []
  for (const [id, card] of after) {
    const old = before.get(id)
    if (!old) added.push(id)
    else if (old !== card && !isDeepStrictEqual(old, card)) changed.push(id)
  }
  return { added, changed, removed: [...before.keys()].filter((id) => !after.has(id)) }
}

import { isDeepStrictEqual } from 'node:util'
import type { Clock } from './base/clock.ts'
import { compareText, type Diagnostic } from './base/diagnostic.ts'
import { createLimit } from './base/limit.ts'
import { createSharedLock } from './base/shared-lock.ts'
import { type Card, plainCard } from './load/card.ts'
import { closeFiles } from './load/open-packages.ts'
import type { Reading } from './reading.ts'
import type { Files } from './vfs/file-system.ts'
import type { Path } from './vfs/path.ts'
import { keepLookout, type Lookout } from './vfs/lookout.ts'

/** What came of looking at the files again: ids of modules that are new, differ in anything that a check tells, or are gone. */
export interface Change {
  /** Counts up by one with every change. */
  readonly generation: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** True while notices of the watcher are being lost, so that everything is looked at again and again. */
  readonly degraded: boolean
}

/** What else somebody who watches wants to be told. */
export interface WatchOptions {
  /**
   * Called before the files are looked at again, with the paths where something may have happened, whether modules or not;
   * undefined stands for anywhere.
   */
  readonly touched?: (paths: ReadonlySet<Path> | undefined) => void
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
  /**
   * Calls the listener after each change, whoever took it in, and once when notices begin to be lost; a listener that throws is
   * not called less.
   */
  watch(listener: (change: Change) => void, options?: WatchOptions): Promise<Watching>
  /** Runs `work` while nothing is taken in: everything that it asks is answered from one generation. */
  steady<T>(work: () => T | Promise<T>): Promise<T>
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
  /** Folders of it that git ignores, as they are now. */
  ignored(): Promise<ReadonlySet<Path>>
  /** Told what went wrong with the watching. */
  fault(diagnostic: Diagnostic): void
}

type Listener = (change: Change) => unknown

interface Watcher extends WatchOptions {
  readonly tell: Listener
}

/** The live reading side; nothing is looked at before somebody asks. */
export function createLive({ first, open, folder, clock, ignored, fault }: LiveOptions): Live {
  const alone = createLimit(1)
  const lock = createSharedLock()
  const listeners = new Set<Watcher>()
  const replaced: Files[] = []
  let reading = first
  let generation = 0
  let isDegraded = false
  let cards: readonly Card[] | undefined
  let lookout: Promise<Lookout> | undefined

  async function readCards(): Promise<readonly Card[]> {
    return (await reading.catalogue.cards()).cards
  }

  async function take(dirty: ReadonlySet<Path> | undefined): Promise<Change> {
    const before = cards ?? (await readCards())
    if (!(await reading.refresh(dirty))) {
      // Work that has begun may still read from the old layers: what they hold open is ended with the rest.
      replaced.push(...reading.layers.map(({ files }) => files))
      reading.close()
      reading = await open()
    }
    cards = await readCards()
    const difference = compare(before, cards)
    if (difference.added.length + difference.changed.length + difference.removed.length > 0) generation++
    return { generation, ...difference, degraded: isDegraded }
  }

  const refresh = (dirty?: ReadonlySet<Path>, degraded = isDegraded): Promise<Change> =>
    alone(() =>
      lock.change(async () => {
        const known = generation
        const isNews = degraded && !isDegraded
        isDegraded = degraded
        const change = await take(dirty)
        if (change.generation !== known || isNews) for (const { tell } of listeners) call(tell, change)
        return change
      }),
    )

  async function look(dirty: ReadonlySet<Path> | undefined, degraded: boolean): Promise<boolean> {
    const known = generation
    for (const { touched } of listeners) if (touched) call(touched, dirty)
    return (await refresh(dirty, degraded)).generation !== known
  }

  async function watch(tell: Listener, { touched }: WatchOptions = {}): Promise<Watching> {
    cards ??= await alone(readCards)
    const listener: Watcher = { tell, ...(touched && { touched }) }
    listeners.add(listener)
    if (folder !== null) lookout ??= keepLookout({ folder, clock, look, ignored, fault })
    const keeping = lookout
    try {
      await keeping
    } catch (thrown) {
      listeners.delete(listener)
      lookout = undefined
      throw thrown
    }
    return {
      reconcile: async () => (keeping ? (await keeping).reconcile() : void (await refresh())),
      async close() {
        listeners.delete(listener)
        if (listeners.size === 0) await endLookout()
      },
    }
  }

  async function endLookout(): Promise<void> {
    const ending = lookout
    lookout = undefined
    await (await ending)?.close()
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
    steady: (work) => lock.look(work),
    async close() {
      listeners.clear()
      await endLookout()
      await reading.catalogue.keep()
      reading.close()
      for (const files of [...replaced, ...reading.layers.map(({ files }) => files)]) closeFiles(files)
    },
  }
}

/** Whoever listens answers for it; the next change is told all the same. */
function call<T>(tell: (news: T) => unknown, news: T): void {
  try {
    const told = tell(news)
    if (told instanceof Promise) told.catch(() => {})
  } catch {
    // As said.
  }
}

/** Both in order of ids. Cards that were made again and say the same are no change. */
function compare(
  before: readonly Card[],
  after: readonly Card[],
): Pick<Change, 'added' | 'changed' | 'removed'> {
  const added: string[] = []
  const changed: string[] = []
  const removed: string[] = []
  let at = 0
  for (const card of after) {
    if (before[at] === card) {
      at++
      continue
    }
    while (at < before.length && compareText(before[at]!.id, card.id) < 0) removed.push(before[at++]!.id)
    const old = before[at]
    if (old?.id !== card.id) added.push(card.id)
    else {
      at++
      if (!isDeepStrictEqual(plainCard(old), plainCard(card))) changed.push(card.id)
    }
  }
  for (const { id } of before.slice(at)) removed.push(id)
  return { added, changed, removed }
}

import { resolve } from 'node:path'
import { type Diagnostic, HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import { createLimit } from '../base/limit.ts'
import type { Framework } from '../facade.ts'
import { createFramework, type FrameworkOptions } from '../framework.ts'
import type { Change, Watching } from '../live.ts'
import { causeOf } from '../plugin/faults.ts'
import { findPlaceOfError } from './blame.ts'
import { type CodeFiles, createCodeFiles } from './code-files.ts'
import type { Editions, News, Standing } from './edition.ts'

/** One framework while it is served. */
interface Edition {
  readonly framework: Framework
  generation: number
  watching: Watching | undefined
  /** Who asks it at the moment; it is disposed when it was replaced and nobody does. */
  users: number
  isReplaced: boolean
}

/** Editions that can be told to replace their framework. */
export interface OpenEditions extends Editions {
  /** Takes in changes as they happen, from here on. */
  watch(): Promise<void>
  /**
   * Puts a framework with other options (plugins, say) in the place of this one; what has begun ends on the old one. Rejects, the old
   * one staying in its place, when it cannot be made.
   */
  replace(more: Partial<FrameworkOptions>): Promise<void>
}

/** At once; a configuration that writes one of its own files is tried no further before the next change. */
const mostTries = 3

/**
 * Opens a project's framework for serving. Once `watch` is called, changes of its files are taken in as they happen; when the
 * configuration or a file of code that it is made of changes, a new framework is made and takes the place of the old one at
 * once, and what has begun ends on the old one. One that cannot be made leaves the old one in its place, and the standing says why.
 */
export async function openEditions(given: FrameworkOptions): Promise<OpenEditions> {
  let options = given
  const folder = resolve(options.root ?? '.')
  const listeners = new Set<(news: News | undefined) => void>()
  const alone = createLimit(1)
  let counter = 0
  let isWatched = false
  let isDegraded = false
  let isClosed = false
  let fault: Diagnostic | null = null
  /** What the last load was made of, whether it went well or not: it is not tried again before one of these files is another. */
  let code: CodeFiles | undefined
  let current = await open()

  async function open(): Promise<Edition> {
    const files = createCodeFiles({ folder, wanted: options.files ? false : options.config }, code)
    code = files
    const onConfigFile = (file: string): void => {
      // Its change may have been told before the file was known to be one of ours.
      if (files.note(file) && isWatched) void renew()
    }
    const framework = await createFramework({ ...options, onConfigFile })
    if (counter > 0) await refuseBroken(framework)
    return { framework, generation: ++counter, watching: undefined, users: 0, isReplaced: false }
  }

  function tell(news: News | undefined): void {
    for (const listener of listeners) {
      try {
        listener(news)
      } catch {
        // Whoever listens answers for it.
      }
    }
  }

  async function watchEdition(edition: Edition): Promise<void> {
    edition.watching = await edition.framework.watch((change) => onChange(edition, change), {
      touched: (paths) => {
        if (!paths || code?.mayConcern(paths)) void renew()
      },
    })
  }

  function onChange(edition: Edition, change: Change): void {
    if (edition !== current) return
    const { added, changed, removed, degraded } = change
    const isNews = added.length + changed.length + removed.length > 0
    const isTurned = degraded !== isDegraded
    isDegraded = degraded
    if (isNews) {
      edition.generation = ++counter
      tell({ generation: counter, added, changed, removed, full: false })
    }
    if (isTurned) tell(undefined)
  }

  /** Replaces the framework when its code is another now, and again when it was changed meanwhile; never rejects. */
  const renew = (): Promise<void> =>
    alone(async () => {
      for (let tries = 0; tries < mostTries && isOutdated(); tries++) await tryNext()
    })

  const isOutdated = (): boolean => !isClosed && code!.isChanged()

  async function tryNext(): Promise<void> {
    try {
      const next = await open()
      if (isWatched) await watchEdition(next)
      replace(next)
    } catch (thrown) {
      fault = await asFault(thrown, { folder, files: code!.digests.keys() })
      tell(undefined)
    }
  }

  function replace(next: Edition): void {
    const old = current
    current = next
    fault = null
    old.isReplaced = true
    tell({ generation: next.generation, added: [], changed: [], removed: [], full: true })
    void old.watching?.close().catch(() => {})
    if (old.users === 0) void old.framework.dispose().catch(() => {})
  }

  async function use<T>(work: (edition: Edition) => Promise<T>): Promise<T> {
    const edition = current
    edition.users++
    try {
      return await work(edition)
    } finally {
      edition.users--
      if (edition.isReplaced && edition.users === 0) void edition.framework.dispose().catch(() => {})
    }
  }

  return {
    read: (work) =>
      use((edition) => edition.framework.steady(() => work(edition.framework, edition.generation))),
    hold: (work) => use(({ framework }) => work(framework)),
    get standing(): Standing {
      const { generation, framework } = current
      return { generation, degraded: isDegraded, fault, faults: framework.faults }
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async watch() {
      isWatched = true
      await alone(() => watchEdition(current))
      await renew()
    },
    replace: (more) =>
      alone(async () => {
        const before = options
        options = { ...before, ...more }
        try {
          const next = await open()
          if (isWatched) await watchEdition(next)
          replace(next)
        } catch (thrown) {
          options = before
          throw thrown
        }
      }),
    async reload() {
      await renew()
      const { watching, framework } = current
      if (watching) await watching.reconcile()
      else await framework.refresh()
    },
    async close() {
      isClosed = true
      listeners.clear()
      await alone(() => current.framework.dispose())
    },
  }
}

/** A plugin that threw when it was applied is left out of a first start; it never takes the place of one that worked. */
async function refuseBroken(framework: Framework): Promise<void> {
  const broken = framework.faults.find(({ plugin }) => plugin !== undefined)
  if (!broken) return
  await framework.dispose()
  throw new HeddleError(broken, { cause: causeOf(broken) })
}

async function asFault(
  thrown: unknown,
  where: { readonly folder: string; readonly files: Iterable<string> },
): Promise<Diagnostic> {
  const diagnostic = toDiagnostic(thrown, 'CONFIG_BROKEN')
  const at = diagnostic.at ?? (await findPlaceOfError(thrown, where))
  return {
    ...diagnostic,
    ...(at && { at }),
    message: `The configuration was changed and cannot be used; what was loaded before goes on. ${diagnostic.message}`,
  }
}

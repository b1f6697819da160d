import { type Diagnostic, HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import { createLimit } from '../base/limit.ts'
import { failed, done, type Result } from '../base/result.ts'
import { createDocument, type Document } from '../module/document.ts'
import { createDraft, type Draft, finishModule } from '../module/draft.ts'
import type { Module } from '../module/module.ts'
import { type FoundReference } from '../module/reference.ts'
import { findReferences, settleReferences } from '../module/references.ts'
import { homePathOf, labelOf } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import { decodeText } from '../vfs/text.ts'
import { detach } from './detach.ts'
import { createSecondLook } from './second-look.ts'

/** What plugins add to loading, as plain functions; the framework passes hooks in here. */
export interface LoadSteps {
  readonly aliases: ReadonlySet<string>
  /** The text of a virtual module. */
  virtual(spot: Spot): string | undefined
  references(document: Document, exists: (target: string) => boolean): Iterable<FoundReference>
  parse(draft: Draft, spot: Spot): Draft
  validate(draft: Draft): readonly Diagnostic[]
  exists(spot: Spot, target: string): boolean
}

/** Turns files into modules. Nothing is remembered here. */
export interface Loader {
  load(spot: Spot): Promise<Result<Module>>
  /** Every spot by itself, in the order given: one broken file never hides the rest. */
  loadMany(spots: readonly Spot[]): Promise<readonly Result<Module>[]>
}

/** How long one synchronous batch may hold the event loop, in milliseconds. */
const batchMs = 20
/** Reads in flight at once on a store that answers later. */
const poolSize = 64

/** A loader with the plugins' steps. Local files are read synchronously in batches, other stores through a bounded pool. */
export function createLoader(steps: LoadSteps): Loader {
  async function load(spot: Spot): Promise<Result<Module>> {
    if (spot.layer.files.sync) return (await loadNow([spot]))[0]!
    try {
      const bytes = await spot.layer.files.read(spot.path)
      return attempt(spot, () => build(spot, bytes))
    } catch (thrown) {
      return failed(atFile(spot, thrown))
    }
  }

  async function loadMany(spots: readonly Spot[]): Promise<Result<Module>[]> {
    if (spots.some((spot) => !spot.layer.files.sync)) {
      const limit = createLimit(poolSize)
      return Promise.all(spots.map((spot) => limit(() => load(spot))))
    }
    return loadNow(spots)
  }

  async function loadNow(spots: readonly Spot[]): Promise<Result<Module>[]> {
    const looks = createSecondLook()
    const results: Result<Module>[] = []
    let since = performance.now()
    for (const spot of spots) {
      results.push(attempt(spot, () => build(spot, looks.read(spot, results.length))))
      if (performance.now() - since > batchMs) {
        await new Promise((resolve) => setImmediate(resolve))
        since = performance.now()
      }
    }
    await looks.settle(results, (spot, read) => attempt(spot, () => build(spot, read())))
    return results
  }

  function attempt(spot: Spot, make: () => Module): Result<Module> {
    const virtual = steps.virtual(spot)
    try {
      return done(virtual === undefined ? make() : build(spot, Buffer.from(virtual)))
    } catch (thrown) {
      return failed(atFile(spot, thrown))
    }
  }

  function build(spot: Spot, bytes: Uint8Array): Module {
    const label = labelOf(spot.layer, spot.path)
    const text = decodeText(bytes, label)
    if (!text.ok) throw new HeddleError(text.diagnostic)
    const document = createDocument({
      label,
      path: spot.path,
      layer: spot.layer.name,
      homePath: homePathOf(spot.layer, spot.path),
      text: text.value,
    })
    const draft = steps.parse(createDraft(document), spot)
    const own = findReferences(document, steps.aliases)
    const added = steps.references(document, (target) => steps.exists(spot, target))
    const references = settleReferences(document, [...added, ...own])
    const source = { bytes: bytes.byteLength, digest: digest(bytes), findings: steps.validate(draft) }
    return detach(finishModule(draft, references, source))
  }

  return { load, loadMany }
}

function atFile(spot: Spot, thrown: unknown): Diagnostic {
  const diagnostic = toDiagnostic(thrown, 'MODULE_UNREADABLE')
  return diagnostic.at
    ? diagnostic
    : { ...diagnostic, at: { path: labelOf(spot.layer, spot.path), line: 1, column: 1 } }
}

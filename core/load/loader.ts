import { type Diagnostic, HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import { failed, done, type Result } from '../base/result.ts'
import { createDocument, type Document } from '../module/document.ts'
import { createDraft, type Draft, finishModule } from '../module/draft.ts'
import type { Module } from '../module/module.ts'
import { type FoundReference } from '../module/reference.ts'
import { findReferences, settleReferences } from '../module/references.ts'
import { homePathOf, labelOf } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import type { Looked } from '../vfs/file-system.ts'
import { decodeText } from '../vfs/text.ts'
import { detach } from './detach.ts'
import { createSpotReader } from './read-spots.ts'
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
  /** The same, each told as soon as it is there, in an order of their own. */
  loadEach(spots: readonly Spot[], use: UseLoaded): Promise<void>
}

/** Gets what came of the spot at `index`. */
export type UseLoaded = (result: Result<Module>, index: number) => void

/** A loader with the plugins' steps. */
export function createLoader(steps: LoadSteps): Loader {
  const reader = createSpotReader()

  async function load(spot: Spot): Promise<Result<Module>> {
    return (await loadMany([spot]))[0]!
  }

  async function loadMany(spots: readonly Spot[]): Promise<Result<Module>[]> {
    const results = Array.from<Result<Module>>({ length: spots.length })
    await loadEach(spots, (result, index) => (results[index] = result))
    return results
  }

  async function loadEach(spots: readonly Spot[], use: UseLoaded): Promise<void> {
    const looks = createSecondLook()
    const tell = (found: Looked | HeddleError, index: number): void => {
      const spot = spots[index]!
      use(
        attempt(spot, () => build(spot, bytesOf(found))),
        index,
      )
    }
    await reader.readEach(spots, (found, index) => {
      if (!looks.takes(found, { spot: spots[index]!, index })) tell(found, index)
    })
    await looks.settle(tell)
  }

  function attempt(spot: Spot, make: () => Module): Result<Module> {
    try {
      const virtual = steps.virtual(spot)
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

  return { load, loadMany, loadEach }
}

function bytesOf(found: Looked | HeddleError): Uint8Array {
  if (found instanceof HeddleError) throw found
  return found.bytes
}

function atFile(spot: Spot, thrown: unknown): Diagnostic {
  const diagnostic = toDiagnostic(thrown, 'MODULE_UNREADABLE')
  return diagnostic.at
    ? diagnostic
    : { ...diagnostic, at: { path: labelOf(spot.layer, spot.path), line: 1, column: 1 } }
}

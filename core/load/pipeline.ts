import type { Diagnostic } from '../base/diagnostic.ts'
import type { Document } from '../module/document.ts'
import type { Draft } from '../module/draft.ts'
import { createDraft, finishModule } from '../module/draft.ts'
import type { FoundReference } from '../module/reference.ts'
import { findReferences, settleReferences } from '../module/references.ts'

/** One step on the way from a text to a module. */
export interface PipelineStep {
  readonly stage: 'text' | 'parse' | 'references' | 'validate' | 'module'
  /** Null for what every markdown document goes through. */
  readonly plugin: string | null
  readonly ms: number
  /** What the step added or changed; empty when it left everything as it was. */
  readonly changes: readonly PipelineChange[]
}

/** Something that a step changed: what, and what it was before and after, as people read it. */
export interface PipelineChange {
  readonly what: string
  readonly before: string | null
  readonly after: string
}

/** What each plugin does on the way, in the order in which they do it. */
export interface PluginSteps {
  readonly parse: readonly Named<(draft: Draft) => Draft>[]
  readonly references: readonly Named<(document: Document) => Iterable<FoundReference>>[]
  readonly validate: readonly Named<(draft: Draft) => readonly Diagnostic[]>[]
}

export interface Named<T> {
  readonly plugin: string
  readonly run: T
}

export interface PipelineOptions {
  readonly document: Document
  readonly bytes: number
  readonly aliases: ReadonlySet<string>
  readonly steps: PluginSteps
}

/** A document on its way to a module, step by step, each with its time in milliseconds. Nothing of it is kept. */
export function tracePipeline({ document, bytes, aliases, steps }: PipelineOptions): readonly PipelineStep[] {
  const told: PipelineStep[] = []
  function step<T>(
    [stage, plugin]: readonly [PipelineStep['stage'], string | null],
    run: () => T,
    changesOf: (made: T) => readonly PipelineChange[],
  ): T {
    const since = performance.now()
    const made = run()
    const ms = performance.now() - since
    told.push({ stage, plugin, ms, changes: changesOf(made) })
    return made
  }

  step(
    ['text', null],
    () => [document.frontMatter, document.markdown.headings.length] as const,
    ([frontMatter, headings]) => [
      change('bytes', bytes),
      change('lines', document.lines.starts.length),
      change('front matter', Object.keys(frontMatter.data).join(', ') || 'none'),
      change('headings', headings),
    ],
  )
  let draft = step(
    ['parse', null],
    () => createDraft(document),
    (made) => changesBetween(undefined, made),
  )
  for (const { plugin, run } of steps.parse) {
    const before = draft
    draft = step(
      ['parse', plugin],
      () => run(before),
      (made) => changesBetween(before, made),
    )
  }
  const own = step(['references', null], () => findReferences(document, aliases), changesOfFound)
  const added = steps.references.flatMap(({ plugin, run }) =>
    step(['references', plugin], () => [...run(document)], changesOfFound),
  )
  const findings: Diagnostic[] = []
  for (const { plugin, run } of steps.validate)
    findings.push(...step(['validate', plugin], () => run(draft), changesOfFindings))
  step(
    ['module', null],
    () => {
      const references = settleReferences(document, [...added, ...own])
      return finishModule(draft, references, { bytes, digest: '', findings })
    },
    (module) => [
      change('references, each place once', module.references.length),
      change('problems', module.diagnostics.length),
      change('tokens', module.tokens),
    ],
  )
  return told
}

const described = ['kind', 'name', 'title', 'version', 'description', 'entry'] as const
const listed = ['gates', 'settings', 'phases', 'errors', 'triggers', 'names'] as const

function changesBetween(before: Draft | undefined, after: Draft): readonly PipelineChange[] {
  const own = described.map((what) => [what, textOf(before?.[what]), textOf(after[what])] as const)
  const parts = listed.map(
    (what) => [what, countOf(before?.parts[what].length), countOf(after.parts[what].length)] as const,
  )
  const rest = [
    ['metadata', countOf(keysOf(before)), countOf(keysOf(after))],
    ['problems', countOf(before?.diagnostics.length), countOf(after.diagnostics.length)],
  ] as const
  return [...own, ...parts, ...rest]
    .filter(([, old, now]) => old !== now && now !== null)
    .map(([what, old, now]) => ({ what, before: before ? old : null, after: now! }))
}

function keysOf(draft: Draft | undefined): number | undefined {
  return draft && Object.keys(draft.metadata).length
}

function textOf(value: string | boolean | null | undefined): string | null {
  return value === undefined || value === null || value === '' || value === false ? null : String(value)
}

function countOf(count: number | undefined): string | null {
  return count === undefined || count === 0 ? null : String(count)
}

function changesOfFound(found: readonly FoundReference[]): readonly PipelineChange[] {
  return found.length === 0 ? [] : [change('references found', found.length)]
}

function changesOfFindings(found: readonly Diagnostic[]): readonly PipelineChange[] {
  return found.map(({ code, message }) => ({ what: code, before: null, after: message }))
}

function change(what: string, after: string | number): PipelineChange {
  return { what, before: null, after: String(after) }
}

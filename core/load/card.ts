import type { Diagnostic } from '../base/diagnostic.ts'
import { type AskedValue, findAskedValues } from '../module/asked-values.ts'
import type { Directive, LayerName } from '../module/module.ts'
import { mustExist } from '../resolve/findings.ts'
import { isMarkdown } from '../resolve/layers.ts'
import type { ResolutionStatus } from '../resolve/trail.ts'
import { type FragmentUse, fragmentsOf } from './fragments.ts'
import { isDependency, type Linked } from './linked.ts'
import { findDirectiveFaults } from './directive-faults.ts'

/** References that must exist, by how they ended. */
export interface ReferenceTotals {
  readonly total: number
  readonly resolved: number
  readonly searched: number
  readonly missing: number
  readonly ambiguous: number
  readonly outside: number
}

/** One reference that was found and says what a module needs or provides, and where it says so. */
export interface Edge {
  readonly to: string
  /** The tag or key it stands in, or its form: `depends_on`, `provides_to`, `alias`. */
  readonly through: string
  readonly line: number
  readonly column: number
}

/** What a check keeps of one module, so that the module itself need not stay in memory. Plain data. */
export interface Card {
  readonly id: string
  readonly layer: LayerName
  /** True below the home of the project's own framework. */
  readonly inHome: boolean
  readonly kind: string
  readonly name: string
  readonly title: string | null
  readonly version: string | null
  readonly entry: boolean
  readonly bytes: number
  readonly tokens: number
  readonly digest: string
  readonly totals: ReferenceTotals
  /** What the module needs among markdown files, in order of place; a file may stand in it several times. */
  readonly needs: readonly Edge[]
  /** The other way round: markdown files that the module says it provides something to. */
  readonly provides: readonly Edge[]
  /** File names of what its `depends_on` and `provides_to` name and what was not found. */
  readonly lost: readonly string[]
  /** Markdown files whose text an agent host puts in place where this file is read: imports, and what would be one there. */
  readonly imports: readonly Edge[]
  /** Ids of everything that any of its references found, each once, itself left out. */
  readonly refersTo: readonly string[]
  /** References to parts of modules. */
  readonly uses: readonly FragmentUse[]
  /** What the author silenced, and why. */
  readonly directives: readonly Directive[]
  /** What its declared groups need to be told before they can run. */
  readonly asks: readonly AskedValue[]
  /** Names of the arguments that a command takes. */
  readonly takes: readonly string[]
  /** What is wrong with this module and its references, whatever other modules say. */
  readonly findings: readonly Diagnostic[]
  /** Parts that the module refers to and that their modules do not have. */
  readonly partFindings: readonly Diagnostic[]
}

/** The card of a module with the answers to its references. */
export function createCard(linked: Linked, findings: readonly Diagnostic[]): Card {
  const { id, layer, homePath, kind, name, title, version, entry } = linked.module
  const { bytes, tokens, digest, directives, diagnostics } = linked.module
  return {
    id,
    layer,
    inHome: homePath !== null && layer === 'project',
    kind,
    name,
    title,
    version,
    entry,
    bytes,
    tokens,
    digest,
    totals: countReferences(linked),
    ...edgesOf(linked),
    lost: trimmed(lostNames(linked)),
    refersTo: trimmed(targetsOf(linked)),
    uses: trimmed(fragmentsOf(linked)),
    directives: trimmed(directives),
    asks: trimmed(findAskedValues(linked.module)),
    takes: trimmed(linked.module.arguments.map((argument) => argument.name)),
    findings: trimmed([...diagnostics, ...findings, ...findDirectiveFaults(id, directives)]),
    partFindings: nothing,
  }
}

const nothing: readonly never[] = Object.freeze([])

/** The list without the places that V8 leaves free in one that something was pushed to: for a single item, sixteen. */
function trimmed<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : list.slice()
}

/** A copy of a card that has all its keys itself, as cards that come from a store do not. */
export function plainCard(card: Card): Card {
  const { id, layer, inHome, kind, name, title, version, entry, bytes, tokens, digest, totals } = card
  const { needs, provides, imports, lost, refersTo, uses, directives, asks, takes } = card
  const { findings, partFindings } = card
  const head = { id, layer, inHome, kind, name, title, version, entry, bytes, tokens, digest, totals }
  const lists = { needs, provides, imports, lost, refersTo, uses, directives, asks, takes }
  return { ...head, ...lists, findings, partFindings }
}

function countReferences({ module, resolutions }: Linked): ReferenceTotals {
  const totals: Record<ResolutionStatus | 'total', number> = {
    total: 0,
    resolved: 0,
    searched: 0,
    missing: 0,
    ambiguous: 0,
    outside: 0,
  }
  for (const [index, reference] of module.references.entries()) {
    const resolution = resolutions[index]!
    if (!resolution.status || !mustExist(reference, resolution)) continue
    totals[resolution.status]++
    totals.total++
  }
  return totals
}

function edgesOf({ module, resolutions }: Linked): Pick<Card, 'needs' | 'provides' | 'imports'> {
  const needs: Edge[] = []
  const provides: Edge[] = []
  const imports: Edge[] = []
  for (const [index, reference] of module.references.entries()) {
    const { to, rung } = resolutions[index]!
    const { role, form, line, column } = reference
    if (!to || !isMarkdown(to)) continue
    const edge = { to, through: role ?? form, line, column }
    if (isDependency(reference)) needs.push(edge)
    else if (role === 'provides_to') provides.push(edge)
    if (form === 'import' || (role === 'import' && rung === 'relative')) imports.push(edge)
  }
  return { needs: trimmed(needs), provides: trimmed(provides), imports: trimmed(imports) }
}

function targetsOf({ module, resolutions }: Linked): string[] {
  const targets = new Set<string>()
  for (const { to } of resolutions) if (to !== null) targets.add(to)
  targets.delete(module.id)
  return [...targets]
}

function lostNames({ module, resolutions }: Linked): string[] {
  const names = new Set<string>()
  for (const [index, { role, target }] of module.references.entries()) {
    if (resolutions[index]!.to === null && (role === 'depends_on' || role === 'provides_to'))
      names.add(target.slice(target.lastIndexOf('/') + 1))
  }
  return [...names]
}

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Path } from '../vfs/path.ts'
import type { GateSeverity } from './gate-severity.ts'
import type { DeclaredGroup } from './module-group.ts'
import type { Placeholder } from './placeholder.ts'
import type { Reference } from './reference.ts'

export type { GateSeverity } from './gate-severity.ts'

declare const moduleIdBrand: unique symbol

/** The canonical key of a module: its path, after its layer's label (`heddle:modules/patterns/x.md`). */
export type ModuleId = string & { readonly [moduleIdBrand]: true }

/** Where a module comes from; the first layer that has a file wins. */
export type LayerName = 'project' | 'user' | 'package' | 'built-in'

export interface Heading {
  /** 1 to 6. */
  readonly depth: number
  readonly text: string
  /** As GitHub makes it: lower case, punctuation dropped, spaces to hyphens, repeated ones numbered. */
  readonly slug: string
  readonly line: number
}

export interface Gate {
  readonly name: string
  readonly severity: GateSeverity
  readonly text: string
  readonly line: number
}

export interface Setting {
  readonly name: string
  readonly default: string | null
  readonly required: boolean
  readonly line: number
}

export interface Phase {
  readonly name: string
  readonly order: number | null
  readonly line: number
}

export interface CodedError {
  readonly code: string
  readonly severity: string | null
  readonly text: string
  readonly line: number
}

/** One argument of a command, in the order in which the command line takes them. */
export interface ArgumentSpec {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly default?: string
}

/** What an author wrote to silence findings: `<!-- heddle-ignore CODE: reason -->`. Plain data. */
export interface Directive {
  /** Codes as written; `plugin/*` stands for all of one plugin. Whether they exist is not looked at here. */
  readonly codes: readonly string[]
  /** Null when none was given; such a directive silences nothing. */
  readonly reason: string | null
  /** The first and the last line whose findings are meant; null for the whole file. */
  readonly lines: readonly [number, number] | null
  /** Where it stands, 1-based. */
  readonly line: number
  readonly column: number
}

/** Typed parts that dialects read out of a module's text. */
export interface Parts {
  readonly gates: readonly Gate[]
  readonly settings: readonly Setting[]
  readonly phases: readonly Phase[]
  readonly errors: readonly CodedError[]
  readonly triggers: readonly string[]
  /** Names that `path#name` may refer to besides headings: elements, gates, phases. */
  readonly names: readonly string[]
}

export const noParts: Parts = { gates: [], settings: [], phases: [], errors: [], triggers: [], names: [] }

/** What a document says of itself, as the dialects read it. */
export interface Described {
  readonly kind: string
  readonly name: string
  readonly title: string | null
  readonly version: string | null
  readonly description: string
  /** True for what nobody needs to refer to: commands, skills, agents, memory files. */
  readonly entry: boolean
  /** Metadata from front matter or from the leading table; keys as written. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly parts: Parts
  readonly diagnostics: readonly Diagnostic[]
}

/** A validated markdown document with typed parts and its references. The text itself is not kept. */
export interface Module extends Described {
  readonly id: ModuleId
  /** Relative to the root of its layer. */
  readonly path: Path
  readonly layer: LayerName
  /** The path below the framework's home (`commands/task.md`), or null for files outside it. */
  readonly homePath: Path | null
  readonly headings: readonly Heading[]
  /** Further places that a fragment can name: `id` and `name` of HTML elements, `{#custom}` behind a heading. */
  readonly anchors: readonly string[]
  /** The pattern plugin that implements it, from the key `pattern`. */
  readonly pattern: string | null
  readonly arguments: readonly ArgumentSpec[]
  /** Operations that it contributes without code, from the key `groups`. */
  readonly groups: readonly DeclaredGroup[]
  /** What its text leaves to the project, by place. */
  readonly placeholders: readonly (Placeholder & { readonly line: number; readonly column: number })[]
  readonly references: readonly Reference[]
  /** What its author silenced, and why. */
  readonly directives: readonly Directive[]
  readonly bytes: number
  /** Characters / 4: an estimate. */
  readonly tokens: number
  /** SHA-256 of the bytes. */
  readonly digest: string
}

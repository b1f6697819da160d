import type { Language, SourceSymbol } from 'heddle'

/** What one analysed source file holds and how it hangs together with the others. */
export interface FileSummary {
  readonly path: string
  readonly language: Language
  /** True when a parser of its language read it, false for a scan of its lines. */
  readonly parsed: boolean
  readonly bytes: number
  readonly lines: number
  readonly test: boolean
  readonly symbols: readonly SourceSymbol[]
  /** Names it gives to others, in order of lines. */
  readonly exports: readonly string[]
  /** What it imports, as written, each once. */
  readonly imports: readonly string[]
  /** Files of the project that it imports. */
  readonly uses: readonly string[]
  /** Analysed files, and tests of the project, that import it. */
  readonly usedBy: readonly string[]
  /** Tests that belong to it, by their name or by importing it. */
  readonly tests: readonly string[]
}

/** An import of one file of the project by another. */
export interface ImportLink {
  readonly from: string
  readonly to: string
  readonly specifier: string
  readonly line: number
}

/** A relative import that names no file of the project. */
export interface DeadImport {
  readonly from: string
  readonly specifier: string
  readonly line: number
}

/** One name that several files export. */
export interface SharedSymbol {
  readonly name: string
  readonly files: readonly string[]
}

/** The same run of lines, white space apart, in several places; `lines` counts lines that are not empty. */
export interface Passage {
  readonly lines: number
  readonly places: readonly { readonly path: string; readonly line: number }[]
}

/** What the pattern `analysis` finds; everything sorted by path. */
export interface AnalysisResult {
  /** What a person reads first. */
  readonly summary: readonly string[]
  readonly files: readonly FileSummary[]
  readonly links: readonly ImportLink[]
  readonly deadImports: readonly DeadImport[]
  readonly sharedSymbols: readonly SharedSymbol[]
  readonly duplicates: {
    /** Files with the same bytes. */
    readonly files: readonly (readonly string[])[]
    readonly passages: readonly Passage[]
  }
  /** Files that export a function or a class and that no test belongs to. */
  readonly untested: readonly string[]
  /** Files that could not be read, and why. */
  readonly unread: readonly { readonly path: string; readonly reason: string }[]
  readonly totals: {
    readonly files: number
    readonly tests: number
    readonly lines: number
    readonly bytes: number
    readonly languages: Readonly<Record<string, number>>
  }
}

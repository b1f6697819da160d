/** `re-export`: declared in another file, and only passed on by this one. */
export type SymbolKind = 'function' | 'class' | 'type' | 'value' | 're-export'

/** A name that a source file declares at its top level, or passes on from another file. */
export interface SourceSymbol {
  readonly name: string
  readonly kind: SymbolKind
  readonly exported: boolean
  /** 1-based. */
  readonly line: number
}

/** A module that a source file names in order to use it. */
export interface SourceImport {
  /** As written: `./user.js`, `node:fs`, `..models`, `crate::store`. */
  readonly specifier: string
  /** Names taken from it under their name there; empty when everything or nothing by name is taken. */
  readonly names: readonly string[]
  /** 1-based. */
  readonly line: number
}

/** What the scan of a text finds before it is put in order. */
export interface Found {
  readonly symbols: readonly SourceSymbol[]
  readonly imports: readonly SourceImport[]
}

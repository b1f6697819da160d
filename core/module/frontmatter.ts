import type { Diagnostic } from '../base/diagnostic.ts'

/** The front matter of a text: what it says, where the body starts, and what is wrong with it. */
export interface FrontMatter {
  /** Plain data without a prototype surprise; empty when there is none or when it cannot be read. */
  readonly data: Readonly<Record<string, unknown>>
  /** True when the text begins with a front matter block, readable or not. */
  readonly present: boolean
  /** UTF-16 offset at which the body begins; 0 when there is no front matter. */
  readonly end: number
  /** Faults with line and column in the document, the path left empty for the caller to fill in. */
  readonly diagnostics: readonly Diagnostic[]
}

export declare function readFrontMatter(text: string): FrontMatter

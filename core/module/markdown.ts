import type { Heading } from './module.ts'

/** A half-open range of UTF-16 offsets. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A link, image, autolink or reference definition as CommonMark sees it. */
export interface Link {
  readonly type: 'link' | 'image' | 'autolink' | 'definition'
  /** The destination with backslash escapes and entities undone; percent-encoding is kept as written. */
  readonly destination: string
  /** Range of the destination as it is written, angle brackets left out; for reference-style links that of the definition. */
  readonly start: number
  readonly end: number
}

/** A code block: fenced with its info string, or indented with an empty one. */
export interface CodeBlock extends Range {
  readonly info: string
  readonly fenced: boolean
}

/** What a CommonMark reader sees in a text, with exact offsets. */
export interface Markdown {
  readonly headings: readonly Heading[]
  readonly links: readonly Link[]
  readonly codeBlocks: readonly CodeBlock[]
  /** Code spans: the range of the content between the backticks. */
  readonly codeSpans: readonly Range[]
  /** HTML blocks, comments included. */
  readonly htmlBlocks: readonly Range[]
}

export declare function scanMarkdown(text: string, from?: number): Markdown

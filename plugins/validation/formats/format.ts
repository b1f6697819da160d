/** One thing that a tool said, before it is known which check it belongs to. */
export interface Found {
  /** The tool by its own name: `eslint`, `mypy`. */
  readonly tool: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  /** The tool's own name of the rule; null when it gives none. */
  readonly rule: string | null
  /** As the tool wrote it; null for what has no place in a file, such as a weakness of a package. */
  readonly path: string | null
  /** 1-based; 1 when the tool does not tell. */
  readonly line: number
  readonly column: number
}

/** Numbers of tests. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Lines that can be reached and lines that were. */
export interface LineCoverage {
  readonly path: string
  readonly covered: number
  readonly total: number
}

/** Takes what formats read. */
export interface Sink {
  found(found: Found): void
  /** Added to what was counted before. */
  tests(counts: TestCounts): void
  coverage(lines: LineCoverage): void
}

/** A format that is read a line at a time, whatever stands round it. */
export interface LineFormat {
  readonly tool: string
  open(sink: Sink): LineReader
}

export interface LineReader {
  /** True when the line belongs to this format: then no other is asked. */
  line(text: string): boolean
  /** The output has ended. */
  end?(): void
}

/** What may stand behind `path:line:column` in one tool's output. */
export interface PlaceFormat {
  readonly tool: string
  /** `rest` is what follows the place. Undefined when another tool wrote it. */
  match(rest: string, path: string): Pick<Found, 'severity' | 'message' | 'rule'> | undefined
}

/** A format that is one JSON document. */
export interface JsonFormat {
  readonly tool: string
  /** False when the document is of another format; then nothing was given to the sink. */
  read(document: unknown, sink: Sink): boolean
}

/** A format that is an XML document. */
export interface XmlFormat {
  readonly tool: string
  /** Names of root elements. */
  readonly roots: readonly string[]
  read(text: string, sink: Sink): void
}

type Given = Pick<Found, 'tool' | 'message'> & Partial<Found>

/** A finding: an error without rule and place, unless more is known of it. */
export function finding(given: Given): Found {
  return { severity: 'error', rule: null, path: null, line: 1, column: 1, ...given }
}

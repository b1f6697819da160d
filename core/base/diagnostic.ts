/** A place in a text file: 1-based line and column, columns in UTF-16 units, `path` relative to the root. */
export interface Place {
  readonly path: string
  readonly line: number
  readonly column: number
}

export type Severity = 'error' | 'warning' | 'info'

/** One finding as plain data: what happened, what to do next, and where. Codes live in the rooms that report them. */
export interface Diagnostic {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly hint?: string
  /** All that could be meant, where the message shows only the first of them. */
  readonly candidates?: readonly string[]
  /** What was probably meant; `confidence` from 0 to 1. Nothing takes it without being told to. */
  readonly suggestion?: { readonly path: string; readonly confidence: number }
  readonly at?: Place
  readonly plugin?: string
}

/** The one error that Heddle throws; it carries the diagnostic that `check` or `run` would have printed. */
export class HeddleError extends Error {
  readonly diagnostic: Diagnostic

  constructor(diagnostic: Diagnostic, options?: ErrorOptions) {
    super(diagnostic.hint ? `${diagnostic.message} ${diagnostic.hint}` : diagnostic.message, options)
    this.name = 'HeddleError'
    this.diagnostic = diagnostic
  }

  get code(): string {
    return this.diagnostic.code
  }
}

/** Throws the error described by its code, message and hint; for expressions that cannot go on. */
export function fail(code: string, message: string, hint?: string): never {
  throw new HeddleError({ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) })
}

/** Any thrown value as a diagnostic: a HeddleError keeps its own, anything else is named with `code`. */
export function toDiagnostic(thrown: unknown, code = 'INTERNAL'): Diagnostic {
  if (thrown instanceof HeddleError) return thrown.diagnostic
  return { code, severity: 'error', message: messageOf(thrown) }
}

/** The message of any thrown value; never throws itself, whatever the value does when it is read. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name
    return typeof thrown === 'string' ? thrown : `a thrown ${thrown === null ? 'null' : typeof thrown}`
  } catch {
    return 'a thrown value that cannot be read'
  }
}

/** The first line of that message as a sentence, and of it no more than anybody reads. */
export function shortMessageOf(thrown: unknown): string {
  const [line = ''] = messageOf(thrown).slice(0, 10_000).split('\n', 1)
  if (line.length > 500) return `${line.slice(0, 500)}…`
  return /[.!?…]$/.test(line) ? line : `${line}.`
}

const weight: Record<Severity, number> = { error: 0, warning: 1, info: 2 }

/** Order for printing: by path, line, column, then severity and code; the same list always sorts the same way. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.at?.path ?? '', b.at?.path ?? '') ||
    (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
    (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
    weight[a.severity] - weight[b.severity] ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  )
}

/** Order by UTF-16 code units: the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

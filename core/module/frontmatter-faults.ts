import type { Diagnostic } from '../base/diagnostic.ts'

/** One fault of front matter; line and column are those of the document. */
export interface Fault {
  readonly code: FaultCode
  readonly message: string
  readonly hint: string
  readonly line: number
  readonly column: number
}

/** What is said of a fault, wherever it stands. */
export type Said = Pick<Fault, 'code' | 'message' | 'hint'>

export type FaultCode =
  | 'FRONT_MATTER_SYNTAX'
  | 'FRONT_MATTER_LANGUAGE'
  | 'FRONT_MATTER_EMPTY'
  | 'FRONT_MATTER_DUPLICATE_KEY'
  | 'FRONT_MATTER_KEY'
  | 'FRONT_MATTER_ALIAS'
  | 'FRONT_MATTER_TOO_DEEP'
  | 'FRONT_MATTER_TOO_LARGE'
  | 'FRONT_MATTER_TOO_MANY_KEYS'

const harmless: ReadonlySet<FaultCode> = new Set(['FRONT_MATTER_EMPTY', 'FRONT_MATTER_KEY'])

/** A fault as a diagnostic; its path is left empty for whoever knows the document. */
export function faultFinding({ code, message, hint, line, column }: Fault): Diagnostic {
  const severity = harmless.has(code) ? 'warning' : 'error'
  return { code, severity, message, hint, at: { path: '', line, column } }
}

/** What a YAML parser's reason means here: our code, a sentence, and how to write the text instead. */
export function explainReason(reason: string, chunk: string, offset: number): Said {
  const key = keyOf(chunk)
  const about = key === '' ? 'The front matter' : `The value of "${key}"`
  if (reason.startsWith('duplicated mapping key')) return duplicateKey(keyOf(chunk.slice(offset)))
  if (reason.includes('maxDepth')) {
    return { code: 'FRONT_MATTER_TOO_DEEP', message: `${about} is nested too deeply.`, hint: 'Flatten it.' }
  }
  const hint = quotingHint(chunk)
  if (/alias/.test(reason)) {
    return {
      code: 'FRONT_MATTER_ALIAS',
      message: `${about} begins with "*", which YAML reads as an alias.`,
      hint,
    }
  }
  return {
    code: 'FRONT_MATTER_SYNTAX',
    message: `${about} is not valid YAML: ${reasonText(reason, chunk)}.`,
    hint,
  }
}

/** A key that stands twice on one level. */
export function duplicateKey(key: string): Said {
  const what = key === '' ? 'A key of the front matter' : `The front matter key "${key}"`
  return {
    code: 'FRONT_MATTER_DUPLICATE_KEY',
    message: `${what} is written twice.`,
    hint: 'Keep one of the two.',
  }
}

function keyOf(chunk: string): string {
  return /^([^\s:#"'[\]{}][^:\r\n]{0,60}):(?:\s|$)/.exec(chunk)?.[1]?.trim() ?? ''
}

function reasonText(reason: string, chunk: string): string {
  const value = valueOf(chunk)
  if (/^(?!["']).*: /.test(value)) return 'it holds a ": " outside quotes'
  if (value.startsWith('{{')) return 'it begins with "{", which opens a map'
  const closed = closedPart.exec(value)
  if (closed) return `more follows after ${opened[closed[1]![0]!]}`
  return reason.replace(/\s+/g, ' ').slice(0, 120)
}

/** A list, a map or a quoted part, and something behind it. */
const closedPart = /^(\[.*\]|\{.*\}|"[^"]*"|'[^']*')\s*\S/
const opened: Readonly<Record<string, string>> = {
  '[': 'the list that "[" opens',
  '{': 'the map that "{" opens',
  '"': 'the quoted part',
  "'": 'the quoted part',
}

function valueOf(chunk: string): string {
  return /^[^:\r\n]{1,60}:[ \t]+(\S[^\r\n]*)/.exec(chunk)?.[1]?.trimEnd() ?? ''
}

function quotingHint(chunk: string): string {
  const value = valueOf(chunk)
  if (chunk.includes('\t') && /^[ ]*\t/m.test(chunk)) return 'Indent with spaces, not with tabs.'
  const isOneLine = !/[\r\n]+[^]*\S/.test(chunk.trimEnd())
  if (value === '' || !isOneLine || value.length > 120)
    return 'Put the whole value in quotes, or write it as a block after "|".'
  return `Put the whole value in quotes: ${keyOf(chunk)}: ${quote(value)}`
}

function quote(value: string): string {
  return /["\\]/.test(value) ? `'${value.replaceAll("'", "''")}'` : `"${value}"`
}

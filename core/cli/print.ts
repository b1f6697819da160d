import { styleText } from 'node:util'
import type { Diagnostic, Severity } from '../index.ts'

/** The line of a file that a diagnostic points at, when it can be shown. */
export type SourceLine = (path: string, line: number) => string | undefined

type Format = Parameters<typeof styleText>[0]
const colours: Readonly<Record<Severity, Format>> = { error: 'red', warning: 'yellow', info: 'cyan' }
const longestLine = 160

/** True when the stream is a terminal and colour is wanted: NO_COLOR turns it off, FORCE_COLOR on. */
export function usesColour(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR']) return false
  return process.env['FORCE_COLOR'] ? process.env['FORCE_COLOR'] !== '0' : stream.isTTY
}

/** A function that colours text for a stream, or leaves it alone. */
export function painter(stream: NodeJS.WriteStream): (format: Format, text: string) => string {
  const on = usesColour(stream)
  return (format, text) => (on ? styleText(format, text, { validateStream: false }) : text)
}

/** Prints diagnostics under their files, each with its source line and a caret where there is one. */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  stream: NodeJS.WriteStream,
  sourceLine: SourceLine = () => undefined,
): void {
  const paint = painter(stream)
  let path: string | null | undefined
  const lines: string[] = []
  for (const diagnostic of diagnostics) {
    const { at } = diagnostic
    if ((at?.path ?? null) !== path) lines.push('')
    if (at && at.path !== path) lines.push(paint('underline', visible(at.path)))
    path = at?.path ?? null
    lines.push(headline(diagnostic, paint), ...excerpt(diagnostic, paint, sourceLine))
    if (diagnostic.hint) lines.push(`    ${paint('dim', '→')} ${visible(diagnostic.hint)}`)
  }
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
}

/** `1 error, 2 warnings`; `no problems` when there are none. */
export function countSeverities(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity): number => diagnostics.filter((one) => one.severity === severity).length
  const parts = (['error', 'warning'] as const)
    .map((severity) => ({ severity, number: count(severity) }))
    .filter(({ number }) => number > 0)
    .map(({ severity, number }) => `${number} ${severity}${number === 1 ? '' : 's'}`)
  return parts.length > 0 ? parts.join(', ') : 'no problems'
}

/** `1 file`, `2 files`; `several` for words that do not end so. */
export function counted(number: number, what: string, several = `${what}s`): string {
  return `${number} ${number === 1 ? what : several}`
}

/**
 * Text from files made harmless for a terminal: control characters are shown, not obeyed, and so is what nobody would see. Joiners
 * stay where they join letters or pictures.
 */
export function visible(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u200c\u200d](?![^\u0000-\u007f])|(?<![^\u0000-\u007f])[\u200c\u200d]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Columns of text, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!))).join('  '),
    )
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Data as JSON on standard output, and nothing else there. */
export function printJson(data: unknown): void {
  process.stdout.write(`${JSON.stringify(data, null, 2)}\n`)
}

function headline(diagnostic: Diagnostic, paint: ReturnType<typeof painter>): string {
  const { at, severity, code, message } = diagnostic
  const place = at ? paint('dim', `${at.line}:${at.column}`.padEnd(6).concat(' ')) : ''
  return `  ${place}${paint(colours[severity], severity.padEnd(7))} ${visible(message)} ${paint('dim', code)}`
}

function excerpt({ at }: Diagnostic, paint: ReturnType<typeof painter>, sourceLine: SourceLine): string[] {
  const source = at && sourceLine(at.path, at.line)
  if (!at || source === undefined || source.trim() === '') return []
  const from = at.column > longestLine - 40 ? at.column - 41 : 0
  const shown = visible(source.slice(from, from + longestLine)).replaceAll('\t', ' ')
  const caretAt = visible(source.slice(from, at.column - 1)).length
  return [
    `    ${paint('dim', '│')} ${shown}`,
    `    ${paint('dim', '│')} ${' '.repeat(caretAt)}${paint('red', '^')}`,
  ]
}

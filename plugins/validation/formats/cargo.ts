import { finding, type JsonFormat, type LineFormat, type Sink } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'

const headline = /^(error|warning)(?:\[([\w:-]{1,80})\])?: (.+)$/
const where = /^ *--> (\S+):(\d+):(\d+)$/
const panic = /^thread '([^']*)'(?: \(\d+\))? panicked at (\S+):(\d+):(\d+):$/

/** rustc, clippy and the panics of tests for people: a line with the text, the place in the next one. */
export const cargo: LineFormat = {
  tool: 'cargo',
  open(sink) {
    let before = ''
    let failed: { test: string; path: string; line: number; column: number } | undefined
    return {
      line(text) {
        const said = where.test(text) ? headline.exec(before) : null
        before = text
        if (said) {
          const [, path, line, column] = where.exec(text)!
          const severity = said[1] as 'error' | 'warning'
          const place = { path: path!, line: Number(line), column: Number(column) }
          sink.found(finding({ tool: 'cargo', severity, rule: said[2] ?? null, message: said[3]!, ...place }))
          return true
        }
        if (failed) {
          const { test, ...place } = failed
          sink.found(finding({ tool: 'cargo', rule: 'test', message: `${test}: ${text}`, ...place }))
          failed = undefined
          return true
        }
        const panicked = panic.exec(text)
        if (!panicked) return false
        const [, test, path, line, column] = panicked
        failed = { test: test!, path: path!, line: Number(line), column: Number(column) }
        return true
      },
    }
  },
}

/** One message of `cargo --message-format json`, which writes one on each line. */
export const cargoJson: JsonFormat = {
  tool: 'cargo',
  read(document, sink) {
    const reason = textAt(document, 'reason')
    if (reason === undefined) return false
    if (reason === 'compiler-message') readMessage(valueAt(document, 'message'), sink)
    return reason === 'compiler-message' || reason === 'compiler-artifact' || reason.startsWith('build-')
  },
}

function readMessage(message: unknown, sink: Sink): void {
  const level = textAt(message, 'level')
  const spans = listAt(message, 'spans')
  const span = spans.find((one) => valueAt(one, 'is_primary') === true) ?? spans[0]
  if (span === undefined || (level !== 'error' && level !== 'warning')) return
  sink.found(
    finding({
      tool: 'cargo',
      severity: level,
      message: textAt(message, 'message') ?? '',
      rule: textAt(message, 'code', 'code') ?? null,
      path: textAt(span, 'file_name') ?? null,
      line: numberAt(span, 'line_start') ?? 1,
      column: numberAt(span, 'column_start') ?? 1,
    }),
  )
}

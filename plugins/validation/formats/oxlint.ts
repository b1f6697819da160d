import { finding, type JsonFormat, type LineFormat, type PlaceFormat } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'

const headline = /^ {2}([!x×⚠⨯]) (\S.*)$/
const where = /^ +[,╭][-─]\[([^\]]+):(\d+):(\d+)\]$/

/** Oxlint for people: a line with rule and text, and below it a frame that begins with the place. */
export const oxlint: LineFormat = {
  tool: 'oxlint',
  open(sink) {
    let said: { severity: 'error' | 'warning'; text: string } | undefined
    return {
      line(text) {
        const first = headline.exec(text)
        if (first) {
          said = { severity: /[!⚠]/.test(first[1]!) ? 'warning' : 'error', text: first[2]! }
          return true
        }
        const place = said && where.exec(text)
        if (!place) return false
        const { severity, text: message } = said!
        const [, path, line, column] = place
        sink.found(
          finding({
            tool: 'oxlint',
            severity,
            path: path!,
            line: Number(line),
            column: Number(column),
            ...ruleInFront(message),
          }),
        )
        said = undefined
        return true
      },
    }
  },
}

function ruleInFront(text: string): { message: string; rule: string | null } {
  const found = /^([\w@/-]{1,40}\([\w@/-]{1,80}\)): (.+)$/.exec(text)
  return found ? { message: found[2]!, rule: found[1]! } : { message: text, rule: null }
}

const unixEnd = /^(Warning|Error)(?:\/([\w@/()-]{1,120}))?\]$/

/** `oxlint -f unix`: `a.js:1:5: text [Warning/eslint(no-unused-vars)]`. */
export const oxlintUnix: PlaceFormat = {
  tool: 'oxlint',
  match(rest) {
    const start = rest.lastIndexOf(' [')
    const found = start < 0 ? null : unixEnd.exec(rest.slice(start + 2))
    if (!found || !rest.startsWith(': ')) return undefined
    const severity = found[1] === 'Warning' ? 'warning' : 'error'
    return { severity, message: rest.slice(2, start), rule: found[2] ?? null }
  },
}

/** `oxlint -f json`. */
export const oxlintJson: JsonFormat = {
  tool: 'oxlint',
  read(document, sink) {
    const isOurs =
      Array.isArray(valueAt(document, 'diagnostics')) && numberAt(document, 'number_of_files') !== undefined
    if (!isOurs) return false
    for (const one of listAt(document, 'diagnostics')) {
      sink.found(
        finding({
          tool: 'oxlint',
          severity: textAt(one, 'severity') === 'warning' ? 'warning' : 'error',
          message: textAt(one, 'message') ?? '',
          rule: textAt(one, 'code') ?? null,
          path: textAt(one, 'filename') ?? null,
          line: numberAt(one, 'labels', 0, 'span', 'line') ?? 1,
          column: numberAt(one, 'labels', 0, 'span', 'column') ?? 1,
        }),
      )
    }
    return true
  },
}

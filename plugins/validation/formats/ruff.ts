import { finding, type JsonFormat, type LineFormat, type PlaceFormat } from './format.ts'
import { listAt, numberAt, textAt } from './json.ts'

const said = /^: ([A-Z]{1,6}\d{1,5}|invalid-syntax:?) (?:\[\*\] )?(.+)$/

/** `ruff check --output-format concise`: `a.py:1:8: F401 [*] text`. */
export const ruff: PlaceFormat = {
  tool: 'ruff',
  match(rest) {
    const found = said.exec(rest)
    return found ? { severity: 'error', rule: found[1]!.replace(':', ''), message: found[2]! } : undefined
  },
}

const headline = /^([A-Z]{1,6}\d{1,5}|invalid-syntax:) (?:\[\*\] )?(.+)$/
const where = /^ *--> (\S+):(\d+):(\d+)$/

/** `ruff check` for people: a line with rule and text, and below it the place. */
export const ruffFull: LineFormat = {
  tool: 'ruff',
  open(sink) {
    let before = ''
    return {
      line(text) {
        const place = where.exec(text)
        const said = place && headline.exec(before)
        before = text
        if (!place || !said) return false
        const [, path, line, column] = place
        sink.found(
          finding({
            tool: 'ruff',
            rule: said[1]!.replace(':', ''),
            message: said[2]!,
            path: path!,
            line: Number(line),
            column: Number(column),
          }),
        )
        return true
      },
    }
  },
}

/** `ruff check --output-format json`. */
export const ruffJson: JsonFormat = {
  tool: 'ruff',
  read(document, sink) {
    const isOurs =
      numberAt(document, 0, 'location', 'row') !== undefined && textAt(document, 0, 'filename') !== undefined
    if (!isOurs) return false
    for (const one of listAt(document)) {
      sink.found(
        finding({
          tool: 'ruff',
          message: textAt(one, 'message') ?? '',
          rule: textAt(one, 'code') ?? null,
          path: textAt(one, 'filename') ?? null,
          line: numberAt(one, 'location', 'row') ?? 1,
          column: numberAt(one, 'location', 'column') ?? 1,
        }),
      )
    }
    return true
  },
}

import { finding, type LineFormat, type PlaceFormat } from './format.ts'

const parts = /^([^\s(][^(]*)\((\d+),(\d+)\): (error|warning) (TS\d+): (.+)$/

/** `a.ts(1,7): error TS2322: text`, as tsc writes to a pipe. */
export const tsc: LineFormat = {
  tool: 'tsc',
  open: (sink) => ({
    line(text) {
      const found = parts.exec(text)
      if (!found) return false
      const [, path, line, column, severity, rule, message] = found
      sink.found(
        finding({
          tool: 'tsc',
          path: path!,
          line: Number(line),
          column: Number(column),
          severity: severity as 'error' | 'warning',
          rule: rule!,
          message: message!,
        }),
      )
      return true
    },
  }),
}

const said = /^ - (error|warning) (TS\d+): (.+)$/

/** `a.ts:1:7 - error TS2322: text`, as tsc writes for people (`--pretty`). */
export const tscPretty: PlaceFormat = {
  tool: 'tsc',
  match(rest) {
    const found = said.exec(rest)
    return found
      ? { severity: found[1] as 'error' | 'warning', rule: found[2]!, message: found[3]! }
      : undefined
  },
}

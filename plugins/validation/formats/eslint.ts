import { finding, type JsonFormat, type LineFormat } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'

const nested = /^ +(\d+):(\d+) +(error|warning) +(\S.*)$/

/** ESLint's own format for people (stylish): a line with the path, its findings indented below, each with its rule at the end. */
export const eslint: LineFormat = {
  tool: 'eslint',
  open(sink) {
    let heading: string | undefined
    return {
      line(text) {
        const found = heading === undefined ? null : nested.exec(text)
        if (!found) {
          heading = /^[^\s:]/.test(text) ? text.trimEnd() : undefined
          return false
        }
        const [, line, column, severity, said] = found
        sink.found(
          finding({
            tool: 'eslint',
            path: heading!,
            line: Number(line),
            column: Number(column),
            severity: severity as 'error' | 'warning',
            ...ruleAtEnd(said!),
          }),
        )
        return true
      },
    }
  },
}

/** The rule stands in a column of its own, at least two spaces behind the text. */
function ruleAtEnd(said: string): { message: string; rule: string | null } {
  const gap = said.lastIndexOf('  ')
  const rule = gap < 0 ? '' : said.slice(gap + 2)
  if (!/^[\w@/-]{1,120}$/.test(rule)) return { message: said.trimEnd(), rule: null }
  return { message: said.slice(0, gap).trimEnd(), rule }
}

/** `eslint -f json`: a list of files with their messages; severity 2 is an error. */
export const eslintJson: JsonFormat = {
  tool: 'eslint',
  read(document, sink) {
    if (!Array.isArray(document) || !Array.isArray(valueAt(document, 0, 'messages'))) return false
    for (const file of document as readonly unknown[]) {
      for (const one of listAt(file, 'messages')) {
        sink.found(
          finding({
            tool: 'eslint',
            path: textAt(file, 'filePath') ?? null,
            message: textAt(one, 'message') ?? '',
            rule: textAt(one, 'ruleId') ?? null,
            severity: numberAt(one, 'severity') === 1 ? 'warning' : 'error',
            line: numberAt(one, 'line') ?? 1,
            column: numberAt(one, 'column') ?? 1,
          }),
        )
      }
    }
    return true
  },
}

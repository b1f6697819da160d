import { finding, type Found, type JsonFormat, type LineFormat } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'

const issue = /^>> Issue: \[([A-Z]\d+)(?::[\w-]+)?\] (.+)$/
const severity = /^ {3}Severity: (\w+) {3}Confidence: (\w+)$/
const location = /^ {3}Location: (.+?):(\d+)(?::(\d+))?$/

/** Bandit for people: each issue in a few lines, the place among the last of them. Columns count from 0; older ones give none. */
export const bandit: LineFormat = {
  tool: 'bandit',
  open(sink) {
    let open: { rule: string; message: string; severity: Found['severity'] } | undefined
    return {
      line(text) {
        const first = issue.exec(text)
        if (first) {
          open = { rule: first[1]!, message: first[2]!, severity: 'warning' }
          return true
        }
        if (!open) return false
        const weight = severity.exec(text)
        if (weight) open = { ...open, severity: severityOf(weight[1]!) }
        const place = location.exec(text)
        if (!place) return weight !== null
        const [, path, line, column] = place
        sink.found(
          finding({
            tool: 'bandit',
            ...open,
            path: path!,
            line: Number(line),
            column: Number(column ?? 0) + 1,
          }),
        )
        open = undefined
        return true
      },
    }
  },
}

/** `bandit -f json`. */
export const banditJson: JsonFormat = {
  tool: 'bandit',
  read(document, sink) {
    const results = valueAt(document, 'results')
    if (!Array.isArray(results) || valueAt(document, 'generated_at') === undefined) return false
    for (const one of listAt(document, 'results')) {
      sink.found(
        finding({
          tool: 'bandit',
          rule: textAt(one, 'test_id') ?? null,
          message: textAt(one, 'issue_text') ?? '',
          severity: severityOf(textAt(one, 'issue_severity') ?? ''),
          path: textAt(one, 'filename') ?? null,
          line: numberAt(one, 'line_number') ?? 1,
          column: (numberAt(one, 'col_offset') ?? 0) + 1,
        }),
      )
    }
    return true
  },
}

function severityOf(text: string): Found['severity'] {
  return text.toUpperCase() === 'HIGH' ? 'error' : text.toUpperCase() === 'MEDIUM' ? 'warning' : 'info'
}

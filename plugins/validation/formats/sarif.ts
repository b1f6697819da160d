import { finding, type Found, type JsonFormat } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'

/** SARIF 2.1.0 of any tool; results that were suppressed in the source are left out. */
export const sarif: JsonFormat = {
  tool: 'sarif',
  read(document, sink) {
    if (!Array.isArray(valueAt(document, 'runs')) || textAt(document, 'version') === undefined) return false
    for (const run of listAt(document, 'runs')) {
      const tool = (textAt(run, 'tool', 'driver', 'name') ?? 'sarif').toLowerCase()
      for (const result of listAt(run, 'results')) {
        if (listAt(result, 'suppressions').length > 0) continue
        sink.found(found(tool, result, run))
      }
    }
    return true
  },
}

function found(tool: string, result: unknown, run: unknown): Found {
  const place = valueAt(result, 'locations', 0, 'physicalLocation')
  const index = numberAt(result, 'ruleIndex')
  const byIndex = index === undefined ? undefined : textAt(run, 'tool', 'driver', 'rules', index, 'id')
  return finding({
    tool,
    message: textAt(result, 'message', 'text') ?? '',
    rule: textAt(result, 'ruleId') ?? byIndex ?? null,
    severity: severityOf(textAt(result, 'level')),
    path: textAt(place, 'artifactLocation', 'uri') ?? null,
    line: numberAt(place, 'region', 'startLine') ?? 1,
    column: numberAt(place, 'region', 'startColumn') ?? 1,
  })
}

function severityOf(level: string | undefined): Found['severity'] {
  return level === 'error' ? 'error' : level === 'note' || level === 'none' ? 'info' : 'warning'
}

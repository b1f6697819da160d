import { finding, type JsonFormat, type PlaceFormat } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'
import { withRule } from './place.ts'

const said = /^ - (error|warning|information): (.+)$/

/** `/a.py:1:6 - error: text (rule)`, below a line with the path. */
export const pyright: PlaceFormat = {
  tool: 'pyright',
  match(rest) {
    const found = said.exec(rest)
    return found ? { severity: severityOf(found[1]), ...withRule(found[2]!, '(') } : undefined
  },
}

/** `pyright --outputjson`; its lines and columns count from 0. */
export const pyrightJson: JsonFormat = {
  tool: 'pyright',
  read(document, sink) {
    if (!Array.isArray(valueAt(document, 'generalDiagnostics'))) return false
    for (const one of listAt(document, 'generalDiagnostics')) {
      sink.found(
        finding({
          tool: 'pyright',
          severity: severityOf(textAt(one, 'severity')),
          message: textAt(one, 'message') ?? '',
          rule: textAt(one, 'rule') ?? null,
          path: textAt(one, 'file') ?? null,
          line: (numberAt(one, 'range', 'start', 'line') ?? 0) + 1,
          column: (numberAt(one, 'range', 'start', 'character') ?? 0) + 1,
        }),
      )
    }
    return true
  },
}

function severityOf(text: string | undefined): 'error' | 'warning' | 'info' {
  return text === 'error' || text === 'warning' ? text : 'info'
}

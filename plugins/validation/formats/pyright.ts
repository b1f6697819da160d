import { finding, type Found, type JsonFormat, type LineFormat } from './format.ts'
import { listAt, numberAt, textAt, valueAt } from './json.ts'
import { placeAtStart, withRule } from './place.ts'

const said = /^ - (error|warning|information): (.+)$/
const more = /^\s{4,}(\S.*)$/

/** `/a.py:1:6 - error: text (rule)`, below a line with the path; further lines of the text are indented more. */
export const pyright: LineFormat = {
  tool: 'pyright',
  open(sink) {
    let open: { found: Found; text: string } | undefined
    const flush = (): void => {
      if (open) sink.found({ ...open.found, ...withRule(open.text, '(') })
      open = undefined
    }
    return {
      line(text) {
        const next = open ? more.exec(text) : null
        if (next && open) {
          if (open.text.length < longestText) open.text += ` ${next[1]}`
          return true
        }
        flush()
        const at = placeAtStart(text.trimStart())
        const head = at && said.exec(at.rest)
        if (!head) return false
        const { path, line, column } = at
        const severity = severityOf(head[1])
        open = {
          found: finding({ tool: 'pyright', severity, path, line, column, message: '' }),
          text: head[2]!,
        }
        return true
      },
      end: flush,
    }
  },
}

const longestText = 2_000

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

import { finding, type JsonFormat, type LineFormat } from './format.ts'
import { listAt, textAt, valueAt } from './json.ts'

/** `safety check --json`, and the list of lists that its first versions wrote. */
export const safetyJson: JsonFormat = {
  tool: 'safety',
  read(document, sink) {
    if (
      Array.isArray(valueAt(document, 'vulnerabilities')) &&
      valueAt(document, 'report_meta') !== undefined
    ) {
      for (const one of listAt(document, 'vulnerabilities')) {
        const name = textAt(one, 'package_name') ?? 'a package'
        const version = textAt(one, 'analyzed_version') ?? '?'
        const rule = textAt(one, 'CVE') ?? textAt(one, 'vulnerability_id') ?? null
        sink.found(
          finding({ tool: 'safety', rule, message: `${name} ${version}: ${textAt(one, 'advisory') ?? ''}` }),
        )
      }
      return true
    }
    return readOldest(document, sink)
  },
}

function readOldest(document: unknown, sink: Parameters<JsonFormat['read']>[1]): boolean {
  const isOurs = Array.isArray(document) && document.length > 0 && document.every(isRow)
  if (!isOurs) return false
  for (const row of document as readonly unknown[][]) {
    const [name, , version, advisory, id] = row.map(String)
    sink.found(finding({ tool: 'safety', rule: id ?? null, message: `${name} ${version}: ${advisory}` }))
  }
  return true
}

function isRow(row: unknown): boolean {
  return Array.isArray(row) && row.length >= 5 && row.slice(0, 5).every((cell) => typeof cell === 'string')
}

const found = /^-> Vulnerability found in (\S+) version (\S+)$/
const detail = /^ {3}(Vulnerability ID|ADVISORY|CVE|CVE-[\d-]+)(?:: (.*))?$/

/** Safety for people: a line for each weakness, and its number and advice indented below. */
export const safety: LineFormat = {
  tool: 'safety',
  open(sink) {
    let open: { name: string; rule: string | null; advice: string } | undefined
    const flush = (): void => {
      if (open) {
        const message = `${open.name}: ${open.advice || 'a known weakness'}`
        sink.found(finding({ tool: 'safety', rule: open.rule, message }))
      }
      open = undefined
    }
    return {
      line(text) {
        const first = found.exec(text)
        if (first) {
          flush()
          open = { name: `${first[1]} ${first[2]}`, rule: null, advice: '' }
          return true
        }
        const more = open && detail.exec(text)
        if (!more) return false
        if (more[1] === 'ADVISORY') open!.advice = more[2] ?? ''
        else open!.rule ??= more[2] ?? more[1]!
        return true
      },
      end: flush,
    }
  },
}

import { finding, type JsonFormat, type LineFormat } from './format.ts'
import { listAt, textAt, valueAt } from './json.ts'

/** `pip-audit -f json`, of its first versions a bare list. */
export const pipAuditJson: JsonFormat = {
  tool: 'pip-audit',
  read(document, sink) {
    const packages = Array.isArray(document)
      ? (document as readonly unknown[])
      : listAt(document, 'dependencies')
    if (packages.length === 0 || !packages.some((one) => Array.isArray(valueAt(one, 'vulns')))) return false
    for (const one of packages) {
      for (const weakness of listAt(one, 'vulns')) {
        const fixed = textAt(weakness, 'fix_versions', 0)
        const name = `${textAt(one, 'name') ?? 'a package'} ${textAt(one, 'version') ?? '?'}`
        const cure = fixed === undefined ? 'no version mends it yet' : `mended in ${fixed}`
        const rule = textAt(weakness, 'id') ?? null
        sink.found(finding({ tool: 'pip-audit', rule, message: `${name} has a known weakness; ${cure}.` }))
      }
    }
    return true
  },
}

const title = /^Name +Version +ID +Fix Versions/
const row = /^(\S+) +(\S+) +((?:PYSEC|GHSA|CVE)-\S+)(?: +(\S.*))?$/

/** `pip-audit` for people: a table. */
export const pipAudit: LineFormat = {
  tool: 'pip-audit',
  open(sink) {
    let inTable = false
    return {
      line(text) {
        if (title.test(text)) return (inTable = true)
        const found = inTable ? row.exec(text) : null
        if (!found) return false
        const [, name, version, rule, fixed] = found
        const cure = fixed === undefined ? 'no version mends it yet' : `mended in ${fixed.trim()}`
        const message = `${name} ${version} has a known weakness; ${cure}.`
        sink.found(finding({ tool: 'pip-audit', rule: rule!, message }))
        return true
      },
    }
  },
}

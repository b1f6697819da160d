import { finding, type Found, type JsonFormat, type LineFormat } from './format.ts'
import { entriesAt, listAt, textAt, valueAt } from './json.ts'

/** `npm audit --json` of npm 7 and later, and of npm 6 and pnpm. */
export const npmAuditJson: JsonFormat = {
  tool: 'npm-audit',
  read(document, sink) {
    const isOurs = valueAt(document, 'metadata', 'vulnerabilities') !== undefined
    if (!isOurs) return false
    for (const [name, one] of entriesAt(document, 'vulnerabilities')) {
      const advisory = listAt(one, 'via').find((via) => textAt(via, 'title') !== undefined)
      // Without an advisory of its own it is named for a package that it uses, which has an entry too.
      if (advisory === undefined) continue
      const range = textAt(one, 'range') ?? ''
      sink.found(
        weakness(textAt(one, 'severity'), `${name} ${range}: ${textAt(advisory, 'title')}`, advisory),
      )
    }
    for (const [, one] of entriesAt(document, 'advisories')) {
      const name = textAt(one, 'module_name') ?? 'a package'
      const range = textAt(one, 'vulnerable_versions') ?? ''
      sink.found(weakness(textAt(one, 'severity'), `${name} ${range}: ${textAt(one, 'title') ?? ''}`, one))
    }
    return true
  },
}

function weakness(severity: string | undefined, message: string, advisory: unknown): Found {
  const url = textAt(advisory, 'url')
  const rule = url?.split('/').at(-1) ?? null
  return finding({ tool: 'npm-audit', severity: severityOf(severity), message, rule })
}

function severityOf(text: string | undefined): Found['severity'] {
  return text === 'critical' || text === 'high' ? 'error' : text === 'moderate' ? 'warning' : 'info'
}

const head = /^(\S+) {2}(\S.*)$/
const level = /^Severity: (critical|high|moderate|low)$/
const advice = /^(\S.*) - https:\/\/github\.com\/advisories\/(\S+)$/

/** `npm audit` for people: the package with its versions, how bad it is, and a line for each advisory. */
export const npmAudit: LineFormat = {
  tool: 'npm-audit',
  open(sink) {
    let before = ''
    let open: { name: string; severity: Found['severity'] } | undefined
    return {
      line(text) {
        const severity = level.exec(text)
        const name = severity && head.exec(before)
        before = text
        if (name) {
          open = { name: `${name[1]} ${name[2]}`, severity: severityOf(severity[1]) }
          return true
        }
        const one = open && advice.exec(text)
        if (!one) return false
        const { name: which, severity: how } = open!
        sink.found(
          finding({ tool: 'npm-audit', severity: how, rule: one[2]!, message: `${which}: ${one[1]}` }),
        )
        return true
      },
    }
  },
}

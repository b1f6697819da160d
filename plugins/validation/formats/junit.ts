import { finding, type Found, type Sink, type XmlFormat } from './format.ts'
import { readXml, type XmlEvent } from './xml.ts'

interface Case {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  skipped: boolean
  failure: string | undefined
  details: string
}

const mostDetails = 20_000

/** JUnit XML, as pytest, node:test, Jest, Vitest, Surefire and many others write it. */
export const junit: XmlFormat = {
  tool: 'junit',
  roots: ['testsuites', 'testsuite'],
  read(text, sink) {
    let open: Case | undefined
    let inFailure = false
    for (const event of readXml(text)) {
      if (event.type === 'open' && event.name === 'testcase') open = caseOf(event)
      else if (!open) continue
      else if (event.type === 'close' && event.name === 'testcase') {
        settle(open, sink)
        open = undefined
      } else if (event.type === 'text') {
        if (inFailure && open.details.length < mostDetails) open.details += event.text.slice(0, mostDetails)
      } else if (event.name === 'failure' || event.name === 'error') {
        inFailure = event.type === 'open'
        if (event.type === 'open') open.failure ??= event.attributes.get('message') ?? ''
      } else if (event.name === 'skipped') open.skipped = true
    }
    // A report that ends in the middle of a test still tells of the tests before it.
  },
}

function caseOf({ attributes }: Extract<XmlEvent, { type: 'open' }>): Case {
  const name = attributes.get('name') ?? 'a test'
  return { name, attributes, skipped: false, failure: undefined, details: '' }
}

function settle({ name, attributes, skipped, failure, details }: Case, sink: Sink): void {
  const isFailed = failure !== undefined && !skipped
  sink.tests({ passed: isFailed || skipped ? 0 : 1, failed: isFailed ? 1 : 0, skipped: skipped ? 1 : 0 })
  if (!isFailed) return
  const said = (failure || details).trim().split('\n', 1)[0]!
  const message = said === '' ? name : `${name}: ${said}`
  sink.found(finding({ tool: 'junit', rule: 'test', message, ...placeOf(attributes, details) }))
}

const inText = /(?:^|[\s(])((?:file:\/\/)?[\w@./\\-]{1,300}\.\w{1,5}):(\d{1,7})(?::(\d{1,7}))?/g

/** From the attributes; otherwise the last place that the details name below the project, as a report of Python ends in it. */
function placeOf(
  attributes: ReadonlyMap<string, string>,
  details: string,
): Pick<Found, 'path' | 'line' | 'column'> {
  const file = attributes.get('file')
  if (file !== undefined) return { path: file, line: Number(attributes.get('line') ?? 1) || 1, column: 1 }
  const places = [...details.matchAll(inText)].filter(([, path]) => !/node_modules|site-packages/.test(path!))
  const best = places.find(([, path]) => path!.startsWith('file://')) ?? places.at(-1)
  if (!best) return { path: null, line: 1, column: 1 }
  return { path: best[1]!, line: Number(best[2]), column: Number(best[3] ?? 1) }
}

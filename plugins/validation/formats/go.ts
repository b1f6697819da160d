import {
  finding,
  type JsonFormat,
  type LineFormat,
  type LineReader,
  type PlaceFormat,
  type Sink,
} from './format.ts'
import { textAt } from './json.ts'

/** `go vet` and the compiler: `./a.go:9:2: text`. */
export const goVet: PlaceFormat = {
  tool: 'go',
  match: (rest, path) =>
    path.endsWith('.go') && rest.startsWith(': ')
      ? { severity: 'error', rule: null, message: rest.slice(2) }
      : undefined,
}

const run = /^=== (?:RUN|CONT) +(\S+)$/
const failed = /^\s*--- FAIL: (\S+) \(/
const passedOrSkipped = /^\s*--- (PASS|SKIP): \S+ \(/
const said = /^ +(\S+_test\.go):(\d+): (.+)$/
const mostLines = 200

/** `go test`, with `-v` and without: each test that failed with what it said, which stands before its verdict or after it. */
export const goTest: LineFormat = {
  tool: 'go',
  open(sink) {
    let test: string | undefined
    let before: RegExpExecArray[] = []
    const tell = (name: string, [, path, line, message]: RegExpExecArray): void =>
      sink.found(
        finding({
          tool: 'go',
          rule: 'test',
          path: path!,
          line: Number(line),
          message: `${name}: ${message}`,
        }),
      )
    return {
      line(text) {
        const place = said.exec(text)
        if (place) {
          if (test !== undefined) tell(test, place)
          else if (before.length < mostLines) before.push(place)
          return test !== undefined
        }
        const head = failed.exec(text)
        const other = head ? null : passedOrSkipped.exec(text)
        if (head) {
          for (const one of before) tell(head[1]!, one)
          sink.tests({ passed: 0, failed: 1, skipped: 0 })
        } else if (other) {
          const isPassed = other[1] === 'PASS'
          sink.tests({ passed: isPassed ? 1 : 0, failed: 0, skipped: isPassed ? 0 : 1 })
        } else if (!run.test(text)) return false
        test = head?.[1]
        before = []
        return true
      },
    }
  },
}

/** `go test -json`, one event on each line: tests are counted by what became of them, and their output is read as above. */
export function createGoJson(): JsonFormat {
  const outputs = new Map<string, string[]>()
  return {
    tool: 'go',
    read(document, sink) {
      const action = textAt(document, 'Action')
      if (action === undefined || textAt(document, 'Package') === undefined) return false
      const test = textAt(document, 'Test')
      if (test === undefined) return true
      const key = `${textAt(document, 'Package')} ${test}`
      if (action === 'output') keep(outputs, key, textAt(document, 'Output') ?? '')
      if (action === 'pass') sink.tests({ passed: 1, failed: 0, skipped: 0 })
      if (action === 'skip') sink.tests({ passed: 0, failed: 0, skipped: 1 })
      if (action === 'fail') readFailed(test, outputs.get(key) ?? [], sink)
      if (action !== 'output') outputs.delete(key)
      return true
    },
  }
}

function keep(outputs: Map<string, string[]>, key: string, line: string): void {
  const lines = outputs.get(key) ?? []
  if (lines.length < mostLines) lines.push(line)
  outputs.set(key, lines)
}

function readFailed(test: string, lines: readonly string[], sink: Sink): void {
  const reader: LineReader = goTest.open({ ...sink, tests: () => {} })
  reader.line(`--- FAIL: ${test} (`)
  for (const line of lines) if (said.test(line.trimEnd())) reader.line(line.trimEnd())
  sink.tests({ passed: 0, failed: 1, skipped: 0 })
}

import { finding, type LineFormat } from './format.ts'

const point = /^ *(not )?ok\b(?: \d+)?(?: -)? ?(.*)$/
const location = /^\s+(?:location|at): ['"]?(.+?):(\d+)(?::(\d+))?['"]?$/
const reason = /^\s+(?:error|message): (.+)$/
const excused = /# (?:TODO|SKIP)\b/i

interface Failed {
  readonly name: string
  path: string | null
  line: number
  column: number
  said: string
  isSuite: boolean
}

/** TAP, as node:test, tap and prove write it: each test that failed, with the place and reason of its YAML block. */
export const tap: LineFormat = {
  tool: 'tap',
  open(sink) {
    let failed: Failed | undefined
    let expectsReason = false
    const flush = (): void => {
      if (failed && !failed.isSuite) {
        const { name, path, line, column, said } = failed
        const message = said === '' ? name : `${name}: ${said}`
        sink.found(finding({ tool: 'tap', rule: 'test', path, line, column, message }))
      }
      failed = undefined
    }
    return {
      line(text) {
        const found = point.exec(text)
        if (found) {
          flush()
          const name = found[2]!
          if (found[1] !== undefined && !excused.test(name))
            failed = { name, path: null, line: 1, column: 1, said: '', isSuite: false }
          return true
        }
        if (!failed) return false
        return readBlock(failed, text)
      },
      end: flush,
    }

    function readBlock(failed: Failed, text: string): boolean {
      if (expectsReason) {
        expectsReason = false
        failed.said = text.trim()
        return true
      }
      const place = location.exec(text)
      if (place) {
        failed.path ??= place[1]!
        failed.line = Number(place[2])
        failed.column = Number(place[3] ?? 1)
        return true
      }
      if (/^\s+failureType: 'subtestsFailed'$/.test(text)) return (failed.isSuite = true)
      const said = failed.said === '' ? reason.exec(text) : null
      if (!said) return /^\s+\S/.test(text)
      if (/^[|>]-?$/.test(said[1]!)) return (expectsReason = true)
      failed.said = said[1]!.replace(/^'(.*)'$/, '$1').replace(/^"(.*)"$/, '$1')
      return true
    }
  },
}

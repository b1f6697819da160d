import { finding, type LineFormat } from './format.ts'

const at = /^test at (.+):(\d+):(\d+)$/
const name = /^✖ (.+?) \([\d.]+ms\)$/

/** The list of failing tests at the end of what node:test writes for people: place, name, reason. */
export const nodeSpec: LineFormat = {
  tool: 'node-test',
  open(sink) {
    let place: { path: string; line: number; column: number } | undefined
    let test: string | undefined
    return {
      line(text) {
        const found = at.exec(text)
        if (found) {
          place = { path: found[1]!, line: Number(found[2]), column: Number(found[3]) }
          test = undefined
          return true
        }
        if (!place) return false
        if (test === undefined) {
          test = name.exec(text)?.[1]
          if (test === undefined) place = undefined
          return test !== undefined
        }
        if (text.trim() === '') return true
        sink.found(finding({ tool: 'node-test', rule: 'test', message: `${test}: ${text.trim()}`, ...place }))
        place = undefined
        return true
      },
    }
  },
}

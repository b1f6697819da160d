import { createTrace, type TraceEvent } from '../index.ts'
import { openLineFile } from './line-file.ts'
import type { Reporter } from './reporter.ts'

/**
 * Writes the run as a Chrome trace, one event a line, for ui.perfetto.dev or chrome://tracing. What was written when the program is
 * killed can be read as well: the format allows the last bracket to be missing.
 */
export function createTraceFile(path: string): Reporter {
  let isFirst = true
  const line = (event: TraceEvent): string => {
    const start = isFirst ? '[\n' : ',\n'
    isFirst = false
    return start + JSON.stringify(event)
  }
  let last: string[] = []
  const trace = createTrace((event) => last.push(line(event)))
  const take = (): string => {
    const text = last.join('')
    last = []
    return text
  }
  const file = openLineFile(path, '--trace', () => {
    trace.end()
    return `${take()}\n]\n`
  })
  return {
    event(event) {
      trace.see(event)
      file.add(take())
    },
    end: async () => file.end(),
  }
}

import { fail } from '../base/diagnostic.ts'
import type { Framework } from '../facade.ts'

/** Some lines of a file round one of them. */
export interface Frame {
  readonly path: string
  readonly line: number
  /** The number of the first line that is given. */
  readonly start: number
  readonly lines: readonly string[]
}

const around = 3
const longestLine = 400

/** The lines round a place in any file that may be read; rejects with what the gate says, and for a line that is not there. */
export async function frameAt(framework: Framework, path: string, line: number): Promise<Frame> {
  const lines = (await framework.read(path)).split(/\r\n|[\r\n]/)
  if (line > lines.length) fail('NOT_FOUND', `"${path}" has ${lines.length} lines.`, 'Ask for one of them.')
  const start = Math.max(1, line - around)
  const shown = lines.slice(start - 1, line + around).map((text) => text.slice(0, longestLine))
  return { path, line, start, lines: shown }
}

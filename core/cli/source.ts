import { diskFiles } from '../files.ts'
import type { Path } from '../index.ts'
import type { SourceLine } from './print.ts'

/** Lines of the project's files, read through the gate; files that cannot be read show none. */
export function createSourceLines(root: string): SourceLine {
  const files = diskFiles({ root })
  let last: { path: string; lines: readonly string[] } | undefined
  return (path, line) => {
    if (last?.path !== path) last = { path, lines: linesOf(path) }
    return last.lines[line - 1]
  }

  function linesOf(path: string): readonly string[] {
    try {
      return new TextDecoder().decode(files.sync.read(path as Path)).split(/\r\n|[\r\n]/)
    } catch {
      return []
    }
  }
}

import type { Diagnostic, Framework } from '../index.ts'
import type { SourceLine } from './print.ts'

/** The lines that diagnostics point at, read through the framework's own gate; files that cannot be read show none. */
export async function readSourceLines(
  framework: Framework,
  diagnostics: readonly Diagnostic[],
): Promise<SourceLine> {
  const paths = new Set(diagnostics.flatMap(({ at }) => (at ? [at.path] : [])))
  const lines = new Map<string, readonly string[]>()
  for (const path of paths) {
    const text = await framework.read(path).catch(() => '')
    lines.set(path, text.split(/\r\n|[\r\n]/))
  }
  return (path, line) => lines.get(path)?.[line - 1]
}

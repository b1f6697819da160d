import { isTestPath, languageOf, readSource } from 'heddle'
import type { TextFile } from './names.ts'
import type { UndocumentedExport } from './result.ts'

/** Exports of a project: how many there are, and those that nobody says a word about. */
export interface ExportReading {
  readonly total: number
  readonly undocumented: readonly UndocumentedExport[]
}

/**
 * An export is documented when a comment ends on the line before it (decorators between them aside), a docstring follows it, or a document names
 * it. Re-exports, types, and what tests export are not asked for.
 */
export async function readExports(
  sources: readonly TextFile[],
  documentWords: ReadonlySet<string>,
): Promise<ExportReading> {
  let total = 0
  const undocumented: UndocumentedExport[] = []
  for (const { path, text } of sources) {
    if (isTestPath(path)) continue
    const lines = text.split('\n')
    for (const { exported, kind, name, line } of (await readSource(path, text))?.symbols ?? []) {
      if (!exported || (kind !== 'function' && kind !== 'class') || name === 'default') continue
      total++
      const isTold =
        hasComment(lines, line - 1) || hasDocstring(path, lines, line - 1) || documentWords.has(name)
      if (!isTold) undocumented.push({ path, line, name })
    }
  }
  return { total, undocumented }
}

function hasComment(lines: readonly string[], at: number): boolean {
  for (let index = at - 1; index >= 0; index--) {
    const line = lines[index]!.trim()
    if (line.startsWith('@') || /^#\[.*\]$/.test(line)) continue
    return /\*\/$|^\/\/|^#(?!!)/.test(line)
  }
  return false
}

const mostSignatureLines = 20

/** In Python the words stand below the signature, which may take several lines. */
function hasDocstring(path: string, lines: readonly string[], at: number): boolean {
  if (languageOf(path) !== 'python') return false
  for (let index = at; index < Math.min(lines.length, at + mostSignatureLines); index++) {
    if (!/:\s*(?:#.*)?$/.test(lines[index]!)) continue
    return /^\s*[rRuU]?(?:"""|''')/.test(lines[index + 1] ?? '')
  }
  return false
}

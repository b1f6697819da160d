import { scanPlain } from './declarations.ts'
import { type Language, languageOf } from './language.ts'
import { maskText } from './mask.ts'
import { scanScript } from './script.ts'
import type { SourceImport, SourceSymbol } from './symbol.ts'

/** What a scan of one source file finds. */
export interface Source {
  readonly language: Language
  /** Lines of text; a line break at the end begins no new one. */
  readonly lines: number
  readonly symbols: readonly SourceSymbol[]
  readonly imports: readonly SourceImport[]
}

/**
 * What a source file declares, exports and imports, in order of lines; `undefined` for a path without a known ending.
 * A scan of lines, not a parser: it reads declarations at the top level and never fails, whatever the text. Its limits
 * stand in the README of the analysis plugin.
 */
export function scanSource(path: string, text: string): Source | undefined {
  const language = languageOf(path)
  if (language === undefined) return undefined
  const code = maskText(text, language)
  const isScript = language === 'typescript' || language === 'javascript'
  const found = isScript ? scanScript(text, code) : scanPlain(text, code, language)
  return { language, lines: countLines(text), symbols: inOrder(found.symbols), imports: found.imports }
}

function countLines(text: string): number {
  if (text === '') return 0
  let count = text.endsWith('\n') ? 0 : 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** By line, each name once; a name that is exported anywhere is exported. */
function inOrder(symbols: readonly SourceSymbol[]): SourceSymbol[] {
  const byName = new Map<string, SourceSymbol>()
  for (const symbol of symbols.toSorted((a, b) => a.line - b.line)) {
    const known = byName.get(symbol.name)
    if (!known) byName.set(symbol.name, symbol)
    else if (symbol.exported && !known.exported) byName.set(symbol.name, { ...known, exported: true })
  }
  return [...byName.values()]
}

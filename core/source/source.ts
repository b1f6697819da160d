import { HeddleError } from '../base/diagnostic.ts'
import { scanPlain } from './declarations.ts'
import { type Language, languageOf } from './language.ts'
import { maskText } from './mask.ts'
import { readPython } from './parsed-python.ts'
import { readScript } from './parsed-script.ts'
import { scanScript } from './script.ts'
import type { Found, SourceImport, SourceSymbol } from './symbol.ts'
import { parseSyntax, type SyntaxNode } from './syntax.ts'

/** What a scan of one source file finds. */
export interface Source {
  readonly language: Language
  /** Lines of text; a line break at the end begins no new one. */
  readonly lines: number
  readonly symbols: readonly SourceSymbol[]
  readonly imports: readonly SourceImport[]
  /** True when a parser of the language read it, false for a scan of its lines. */
  readonly parsed: boolean
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
  const { imports } = found
  return { language, lines: countLines(text), symbols: inOrder(found.symbols), imports, parsed: false }
}

/** Longer texts are generated, and are scanned. */
const longestParsed = 2_000_000
const longestParseMs = 5_000

/**
 * The same, of a TypeScript, JavaScript or Python file by the parser of its language: nothing that only looks like a declaration is
 * one, and what cannot be parsed is left out. By the scan where there is no parser, for the language or on this machine, and where it takes
 * more than five seconds.
 */
export async function readSource(path: string, text: string): Promise<Source | undefined> {
  const scanned = scanSource(path, text)
  const root = scanned && text.length <= longestParsed ? await parse(path, text) : undefined
  if (!scanned || !root) return scanned
  const { symbols, imports }: Found =
    scanned.language === 'python' ? readPython(root) : readScript(root, scanned.language)
  return { ...scanned, symbols: inOrder(symbols), imports, parsed: true }
}

/** Undefined where there is no parser, or it finds no end: its recovery from errors can take as good as for ever. */
async function parse(path: string, text: string): Promise<SyntaxNode | undefined> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, longestParseMs, undefined)
  })
  try {
    return await Promise.race([parseSyntax(path, text), tooLong])
  } catch (thrown) {
    if (thrown instanceof HeddleError && thrown.code === 'PARSER_MISSING') return undefined
    throw thrown
  } finally {
    clearTimeout(timer)
  }
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

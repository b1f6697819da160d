import type { Language } from './language.ts'
import { createLineCounter } from './lines.ts'
import type { Found, SourceImport, SourceSymbol, SymbolKind } from './symbol.ts'

type PlainLanguage = Exclude<Language, 'typescript' | 'javascript'>

interface Declaration {
  /** Matches at the start of a line; the last group is the name, the one before it, if any, the word that tells the kind. */
  readonly pattern: RegExp
  readonly kind: SymbolKind
}

const declarations: Readonly<Record<PlainLanguage, readonly Declaration[]>> = {
  python: [
    { pattern: /^(?:async[ \t]+)?def[ \t]+(\w+)/gm, kind: 'function' },
    { pattern: /^class[ \t]+(\w+)/gm, kind: 'class' },
    { pattern: /^([A-Za-z_]\w*)[ \t]*(?::[^=\n]*)?=(?!=)/gm, kind: 'value' },
  ],
  go: [
    { pattern: /^func[ \t]+(\w+)/gm, kind: 'function' },
    { pattern: /^type[ \t]+(\w+)/gm, kind: 'type' },
    { pattern: /^(?:var|const)[ \t]+(\w+)/gm, kind: 'value' },
  ],
  rust: [
    {
      pattern: /^(?:pub[ \t]+)?(?:(?:const|async|unsafe|extern[ \t]*"[^"\n]*")[ \t]+)*fn[ \t]+(\w+)/gm,
      kind: 'function',
    },
    { pattern: /^(?:pub[ \t]+)?(?:struct|enum|union)[ \t]+(\w+)/gm, kind: 'class' },
    { pattern: /^(?:pub[ \t]+)?(?:unsafe[ \t]+)?(?:trait|type)[ \t]+(\w+)/gm, kind: 'type' },
    { pattern: /^(?:pub[ \t]+)?(?:const|static)[ \t]+(?:mut[ \t]+)?(\w+)[ \t]*:/gm, kind: 'value' },
  ],
  java: [
    {
      pattern:
        /^(?:(?:public|protected|private|abstract|final|sealed|non-sealed|static|strictfp)[ \t]+)*(?:class|enum|record)[ \t]+(\w+)/gm,
      kind: 'class',
    },
    {
      pattern:
        /^(?:(?:public|protected|private|abstract|sealed|non-sealed|static|strictfp)[ \t]+)*@?interface[ \t]+(\w+)/gm,
      kind: 'type',
    },
  ],
  ruby: [
    { pattern: /^def[ \t]+(?:self\.)?(\w+[?!=]?)/gm, kind: 'function' },
    { pattern: /^(?:class|module)[ \t]+([A-Z][\w:]*)/gm, kind: 'class' },
    { pattern: /^([A-Z][A-Z\d_]*)[ \t]*=(?!=)/gm, kind: 'value' },
  ],
}

/** What a Python, Go, Rust, Java or Ruby text declares and imports; `code` is the same text masked. */
export function scanPlain(text: string, code: string, language: PlainLanguage): Found {
  const listed = language === 'python' ? namesInAll(text, code) : undefined
  const symbols: SourceSymbol[] = []
  for (const { pattern, kind } of declarations[language]) {
    const lineOf = createLineCounter(code)
    for (const match of code.matchAll(pattern)) {
      const name = match[1] ?? ''
      const exported = listed ? listed.has(name) : isExported(language, name, match[0])
      symbols.push({ name, kind, exported, line: lineOf(match.index) })
    }
  }
  return { symbols, imports: importers[language](text, code) }
}

function isExported(language: PlainLanguage, name: string, written: string): boolean {
  if (language === 'python') return !name.startsWith('_')
  if (language === 'go') return /^\p{Lu}/u.test(name)
  if (language === 'rust') return written.startsWith('pub')
  return language === 'ruby' || /\bpublic\b/.test(written)
}

/** The names in `__all__ = [...]`; they decide alone when they are given. */
function namesInAll(text: string, code: string): ReadonlySet<string> | undefined {
  const start = /^__all__[ \t]*(?::[^=\n]*)?=[ \t]*[[(]/m.exec(code)
  if (!start) return undefined
  const from = start.index + start[0].length
  const end = code.slice(from).search(/[\])]/)
  const list = text.slice(from, end < 0 ? text.length : from + end)
  return new Set([...list.matchAll(/['"](\w+)['"]/g)].map((match) => match[1] ?? ''))
}

type Importer = (text: string, code: string) => SourceImport[]

const importers: Readonly<Record<PlainLanguage, Importer>> = {
  python: (_, code) => [
    ...find(code, /^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(?:\(([^()]*)\)|([^\n()]*))/gm, (match) => ({
      specifier: match[1] ?? '',
      names: (match[2] ?? match[3] ?? '').split(',').flatMap((part) => /\w+/.exec(part)?.[0] ?? []),
    })),
    ...find(code, /^[ \t]*import[ \t]+([\w.]+)/gm, nothingByName),
  ],
  go: (text, code) => [
    ...quoted(text, code, /^import[ \t]+(?:[\w.]+[ \t]+)?"/gm),
    ...quoted(text, onlyImportBlocks(code), /^[ \t]+(?:[\w.]+[ \t]+)?"(?=[^"\n]*"[ \t]*$)/gm),
  ],
  rust: (_, code) => [
    ...find(code, /^[ \t]*(?:pub[ \t]+)?mod[ \t]+(\w+)[ \t]*;/gm, nothingByName),
    ...find(code, /^[ \t]*(?:pub[ \t]+)?use[ \t]+([\w:]*\w)/gm, nothingByName),
  ],
  java: (_, code) => find(code, /^import[ \t]+(?:static[ \t]+)?([\w.]*\w)/gm, nothingByName),
  ruby: (text, code) => quoted(text, code, /^[ \t]*require(?:_relative)?[ \t(]*['"]/gm),
}

function nothingByName(match: RegExpExecArray): Omit<SourceImport, 'line'> {
  return { specifier: match[1] ?? '', names: [] }
}

function find(
  code: string,
  pattern: RegExp,
  read: (match: RegExpExecArray) => Omit<SourceImport, 'line'>,
): SourceImport[] {
  const lineOf = createLineCounter(code)
  return Array.from(code.matchAll(pattern), (match) => ({ ...read(match), line: lineOf(match.index) }))
}

/** Go's `import ( … )`, everything else as spaces: a string alone on a line elsewhere imports nothing. */
function onlyImportBlocks(code: string): string {
  let kept = ''
  for (const match of code.matchAll(/^import[ \t]*\([^()]*\)/gm)) {
    kept += code.slice(kept.length, match.index).replace(/[^\n]/g, ' ') + match[0]
  }
  return kept
}

/** Imports whose specifier is a string, which the mask left empty: read from the text at the same place. */
function quoted(text: string, code: string, pattern: RegExp): SourceImport[] {
  return find(code, pattern, (match) => {
    const start = match.index + match[0].length
    const end = text.indexOf(text[start - 1]!, start)
    const specifier = text.slice(start, end < 0 ? start : end)
    return { specifier: match[0].includes('_relative') ? `./${specifier}` : specifier, names: [] }
  })
}

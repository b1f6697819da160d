import { createLineCounter } from './lines.ts'
import type { Found, SourceImport, SourceSymbol, SymbolKind } from './symbol.ts'

const declaration =
  /(?<![\w$.])(export\s+)?(default\s+)?(?:declare\s+)?(?:abstract\s+)?(async\s+function|function|class|const\s+enum|const|let|var|interface|type|enum|namespace)\b(?:\s*\*\s*|\s*)([\w$]+|[{[])/g
const exportList = /(?<![\w$.])export\s+(?:type\s+)?\{([^{}]*)\}(\s*from\b)?/g
const exportAllAs = /(?<![\w$.])export\s*\*\s*as\s+([\w$]+)/g
const exportValue = /(?<![\w$.])export\s+default\b/g
const commonProperty = /(?<![\w$.])(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=(?!=)/g
const commonObject = /(?<![\w$.])module\.exports\s*=\s*\{([^{}]*)\}/g
// No part may read a long run of white space or words again from each of its starts: hence the bound.
const fromClause = /(?<![\w$.])(?:import|export)\b([\w$\s,*]{0,300}(?:\{[^{}]*\}\s*)?)\bfrom\s*['"]/g
const bareImport = /(?<![\w$.])import\s*['"]/g
const callImport = /(?<![\w$.])(?:import|require)\s*\(\s*['"`]/g

const kinds: Readonly<Record<string, SymbolKind>> = {
  function: 'function',
  'async function': 'function',
  class: 'class',
  enum: 'class',
  'const enum': 'class',
  interface: 'type',
  type: 'type',
  namespace: 'value',
}

/** What a TypeScript or JavaScript text declares and imports; `code` is the same text masked. */
export function scanScript(text: string, code: string): Found {
  return { symbols: [...declared(code), ...exportedByName(code)], imports: imported(text, code) }
}

function declared(code: string): SourceSymbol[] {
  const symbols: SourceSymbol[] = []
  const lineOf = createLineCounter(code)
  const depthOf = createDepth(code)
  for (const match of code.matchAll(declaration)) {
    const [, exports, byDefault, word = '', name = ''] = match
    if (depthOf(match.index) > 0) continue
    const isPattern = name === '{' || name === '['
    // `export type { A } from` is a list of names, not a pattern that binds them.
    if (isPattern && !/^(?:const|let|var)$/.test(word)) continue
    const kind = kinds[word.replace(/\s+/g, ' ')] ?? valueKind(code, match.index + match[0].length)
    const line = lineOf(match.index)
    const exported = exports !== undefined
    if (isPattern) {
      const inside = insideOf(code, match.index + match[0].length, name)
      for (const part of inside) symbols.push({ name: part, kind: 'value', exported, line })
    } else if (name !== 'extends' && name !== 'implements') {
      symbols.push({ name, kind, exported, line })
    }
    if (byDefault !== undefined) symbols.push({ name: 'default', kind, exported: true, line })
  }
  return symbols
}

/** A constant that holds a function is called like one, so it counts as one. */
function valueKind(code: string, from: number): SymbolKind {
  const start = code.slice(from, from + 160)
  return /^\s*(?::[^=]*)?=\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*(?::[^=]*)?=>|[\w$]+\s*=>)/.test(start)
    ? 'function'
    : 'value'
}

/** The names that `{ a, b: c, ...d }` or `[a, b]` binds, nested patterns left out. */
function insideOf(code: string, from: number, opening: string): string[] {
  const end = code.indexOf(opening === '{' ? '}' : ']', from)
  if (end < 0) return []
  return namesOf(code.slice(from, end), ':')
}

function exportedByName(code: string): SourceSymbol[] {
  const symbols: SourceSymbol[] = []
  const lineOf = createLineCounter(code)
  const add = (name: string, index: number, kind: SymbolKind = 'value'): void => {
    symbols.push({ name, kind, exported: true, line: lineOf(index) })
  }
  for (const match of code.matchAll(exportList)) {
    const kind = match[2] === undefined ? 'value' : 're-export'
    for (const name of namesOf(match[1] ?? '', ' as ')) add(name, match.index, kind)
  }
  for (const match of code.matchAll(exportAllAs)) add(match[1] ?? '', match.index, 're-export')
  for (const match of code.matchAll(exportValue)) add('default', match.index)
  for (const match of code.matchAll(commonProperty)) add(match[1] ?? '', match.index)
  for (const match of code.matchAll(commonObject)) {
    for (const part of (match[1] ?? '').split(',')) {
      const name = /^\s*(?:(?:async|get|set)\s+)?([A-Za-z_$][\w$]*)/.exec(part)?.[1]
      if (name !== undefined) add(name, match.index)
    }
  }
  return symbols
}

function imported(text: string, code: string): SourceImport[] {
  const imports: SourceImport[] = []
  const lineOf = createLineCounter(code)
  const add = (match: RegExpExecArray, names: readonly string[]): void => {
    const start = match.index + match[0].length
    const end = text.indexOf(text[start - 1]!, start)
    const specifier = end < 0 ? '' : text.slice(start, end)
    if (specifier !== '' && !/[\n$]/.test(specifier))
      imports.push({ specifier, names, line: lineOf(match.index) })
  }
  for (const match of code.matchAll(fromClause)) {
    const braces = /\{([^{}]*)\}/.exec(match[1] ?? '')
    add(match, braces ? namesOf(braces[1] ?? '', ' as ', 'first') : [])
  }
  for (const match of code.matchAll(bareImport)) add(match, [])
  for (const match of code.matchAll(callImport)) add(match, [])
  return imports.toSorted((a, b) => a.line - b.line)
}

/** The names in a list `a, type b, c as d`: those behind `separator`, or before it. */
function namesOf(list: string, separator: string, side: 'first' | 'last' = 'last'): string[] {
  const names: string[] = []
  for (const part of list.split(',')) {
    const sides = part.replace(/\s+/g, ' ').split(separator)
    const raw = (side === 'first' ? sides[0] : sides.at(-1)) ?? ''
    const name = /^(?:type )?(?:\.\.\.)?([A-Za-z_$][\w$]*)/.exec(raw.trim())?.[1]
    if (name !== undefined) names.push(name)
  }
  return names
}

/** Gives how many braces are open at offsets asked for in rising order. */
function createDepth(code: string): (offset: number) => number {
  let depth = 0
  let at = 0
  return (offset) => {
    for (; at < offset; at++) {
      const char = code.charCodeAt(at)
      if (char === 123) depth++
      else if (char === 125 && depth > 0) depth--
    }
    return depth
  }
}

import type { Language } from './language.ts'
import type { Found, SourceImport, SourceSymbol, SymbolKind } from './symbol.ts'
import { findKinds, type SyntaxNode } from './syntax.ts'

const kinds: Readonly<Record<string, SymbolKind>> = {
  function_declaration: 'function',
  generator_function_declaration: 'function',
  function_signature: 'function',
  class_declaration: 'class',
  abstract_class_declaration: 'class',
  enum_declaration: 'class',
  interface_declaration: 'type',
  type_alias_declaration: 'type',
  internal_module: 'value',
  module: 'value',
}

const callable: ReadonlySet<string> = new Set([
  'arrow_function',
  'function_expression',
  'generator_function',
  'function',
])

/** What the tree of a TypeScript or JavaScript text declares at its top level, passes on and imports. */
export function readScript(root: SyntaxNode, language: Language): Found {
  return { symbols: root.children().flatMap(symbolsIn), imports: importsIn(root, language) }
}

function symbolsIn(node: SyntaxNode): SourceSymbol[] {
  const kind = node.kind()
  if (kind === 'export_statement') return exportedIn(node)
  if (kind === 'expression_statement') return commonExports(node)
  return declaredIn(node).map((declared) => ({ ...declared, exported: false }))
}

function exportedIn(node: SyntaxNode): SourceSymbol[] {
  const line = lineOf(node)
  const words = new Set(node.children().map((child) => child.kind()))
  const declaration = node.field('declaration')
  const symbols = (declaration ? declaredIn(declaration) : []).map((one) => ({ ...one, exported: true }))
  if (words.has('default') || words.has('=')) {
    const kind = kindOf(declaration ?? node.field('value'))
    return [...symbols, { name: 'default', kind, exported: true, line }]
  }
  return [...symbols, ...listedIn(node, line)]
}

/** `export { a, b as c }`, `export … from`, `export * as x from`: what `export *` passes on stands in another file. */
function listedIn(node: SyntaxNode, line: number): SourceSymbol[] {
  const kind = node.field('source') ? 're-export' : 'value'
  const names = node.children().flatMap((child) => {
    if (child.kind() === 'namespace_export') return named(child).slice(-1)
    if (child.kind() !== 'export_clause') return []
    return named(child).flatMap((specifier) => specifier.field('alias') ?? specifier.field('name') ?? [])
  })
  return names.map((name) => ({ name: unquoted(name.text()), kind, exported: true, line }))
}

/** Declarations, `declare` and nothing else before them: each name with its kind. */
function declaredIn(node: SyntaxNode): Omit<SourceSymbol, 'exported'>[] {
  const kind = node.kind()
  if (kind === 'ambient_declaration') return named(node).flatMap(declaredIn)
  if (kind === 'expression_statement') return named(node).flatMap(declaredIn)
  if (kind === 'lexical_declaration' || kind === 'variable_declaration') return named(node).flatMap(boundBy)
  const known = kinds[kind]
  const name = known && node.field('name')
  return known && name ? [{ name: unquoted(name.text()), kind: known, line: lineOf(node) }] : []
}

/** The names that `a = …`, `{ a, b: [c], ...d } = …` bind; a constant that holds a function is called like one. */
function boundBy(declarator: SyntaxNode): Omit<SourceSymbol, 'exported'>[] {
  const pattern = declarator.field('name')
  if (!pattern) return []
  const line = lineOf(declarator)
  if (pattern.kind() === 'identifier')
    return [{ name: pattern.text(), kind: kindOf(declarator.field('value')), line }]
  return bindings(pattern).map((name) => ({ name, kind: 'value', line }))
}

/** A list of what is still to be looked at, for patterns nest as deep as a text likes. */
function bindings(pattern: SyntaxNode): string[] {
  const names: string[] = []
  const open = [pattern]
  for (let node = open.pop(); node; node = open.pop()) {
    const kind = node.kind()
    if (kind === 'identifier' || kind === 'shorthand_property_identifier_pattern') names.push(node.text())
    else open.push(...boundParts(node, kind).toReversed())
  }
  return names
}

function boundParts(node: SyntaxNode, kind: string): SyntaxNode[] {
  if (kind === 'pair_pattern') return [node.field('value') ?? []].flat()
  const hasDefault = kind === 'assignment_pattern' || kind === 'object_assignment_pattern'
  return hasDefault ? [node.field('left') ?? []].flat() : named(node)
}

function kindOf(value: SyntaxNode | null): SymbolKind {
  if (!value) return 'value'
  const kind = value.kind()
  return kinds[kind] ?? (callable.has(kind) ? 'function' : kind === 'class' ? 'class' : 'value')
}

/** `exports.x = …`, `module.exports.x = …`, and the keys of `module.exports = { … }`. */
function commonExports(statement: SyntaxNode): SourceSymbol[] {
  const declared = declaredIn(statement).map((one) => ({ ...one, exported: false }))
  const assignment = named(statement).find((child) => child.kind() === 'assignment_expression')
  const left = assignment?.field('left')
  const right = assignment?.field('right')
  if (left?.kind() !== 'member_expression' || !right) return declared
  const line = lineOf(statement)
  const owner = left.field('object')?.text()
  const property = left.field('property')?.text() ?? ''
  if (owner === 'module' && property === 'exports' && right.kind() === 'object')
    return keysOf(right).map((name) => ({ name, kind: 'value', exported: true, line }))
  if (owner !== 'exports' && owner !== 'module.exports') return declared
  return [{ name: property, kind: kindOf(right), exported: true, line }]
}

function keysOf(object: SyntaxNode): string[] {
  return named(object).flatMap((entry) => {
    if (entry.kind() === 'shorthand_property_identifier') return [entry.text()]
    const key = entry.field('key') ?? entry.field('name')
    return key && key.kind() !== 'computed_property_name' ? [unquoted(key.text())] : []
  })
}

function importsIn(root: SyntaxNode, language: Language): SourceImport[] {
  const statements = findKinds(root, ['import_statement', 'export_statement']).flatMap(fromStatement)
  // A grammar refuses kinds that it does not have.
  const typed = language === 'typescript' ? ['import_require_clause'] : []
  const calls = findKinds(root, ['call_expression', ...typed]).flatMap(fromCall)
  return [...statements, ...calls].toSorted((a, b) => a.line - b.line)
}

function fromStatement(node: SyntaxNode): SourceImport[] {
  const source = node.field('source')
  const specifier = source && plainString(source)
  if (specifier === undefined || specifier === null) return []
  const specifiers = findKinds(node, ['import_specifier', 'export_specifier'])
  const names = specifiers.flatMap((one) => one.field('name')?.text() ?? [])
  return [{ specifier, names: names.map(unquoted), line: lineOf(node) }]
}

/** `import('x')`, `require('x')` and `import x = require('x')`, where the text is given as it is. */
function fromCall(node: SyntaxNode): SourceImport[] {
  const isClause = node.kind() === 'import_require_clause'
  const callee = isClause ? 'require' : node.field('function')?.text()
  if (callee !== 'require' && callee !== 'import') return []
  const argument = isClause ? node.field('source') : named(node.field('arguments') ?? node)[0]
  const specifier = argument && plainString(argument)
  return specifier ? [{ specifier, names: [], line: lineOf(node) }] : []
}

/** The text between quotes; undefined for anything that is put together at run time. */
function plainString(node: SyntaxNode): string | undefined {
  const kind = node.kind()
  if (kind !== 'string' && kind !== 'template_string') return undefined
  if (findKinds(node, ['template_substitution']).length > 0) return undefined
  const text = node.text().slice(1, -1)
  return text === '' || text.includes('\n') ? undefined : text
}

function named(node: SyntaxNode): SyntaxNode[] {
  return node.children().filter((child) => child.isNamed())
}

function unquoted(text: string): string {
  return /^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text
}

function lineOf(node: SyntaxNode): number {
  return node.range().start.line + 1
}

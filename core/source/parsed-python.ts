import type { Found, SourceImport, SourceSymbol } from './symbol.ts'
import { findKinds, type SyntaxNode } from './syntax.ts'

/** What the tree of a Python text declares at its top level, inside `if`, `try` and `with` as well, and what it imports. */
export function readPython(root: SyntaxNode): Found {
  const declared = root.children().flatMap(declaredIn)
  const listed = namesInAll(root)
  const symbols = declared.map((one): SourceSymbol => ({
    ...one,
    exported: listed ? listed.has(one.name) : !one.name.startsWith('_'),
  }))
  return { symbols, imports: importsIn(root) }
}

type Declared = Omit<SourceSymbol, 'exported'>

/** Statements that run when the module is loaded, so that what they bind belongs to it. */
const blocks: ReadonlySet<string> = new Set([
  'if_statement',
  'elif_clause',
  'else_clause',
  'try_statement',
  'except_clause',
  'finally_clause',
  'with_statement',
  'block',
])

function declaredIn(node: SyntaxNode): Declared[] {
  const kind = node.kind()
  if (blocks.has(kind)) return named(node).flatMap(declaredIn)
  if (kind === 'decorated_definition') return named(node).flatMap(declaredIn)
  const line = node.range().start.line + 1
  const name = node.field('name')?.text()
  if (kind === 'function_definition' && name) return [{ name, kind: 'function', line }]
  if (kind === 'class_definition' && name) return [{ name, kind: 'class', line }]
  if (kind === 'type_alias_statement') {
    const alias = node.field('left')?.text()
    return alias ? [{ name: alias, kind: 'type', line }] : []
  }
  if (kind !== 'expression_statement') return []
  return named(node).flatMap(boundBy)
}

/** The names that an assignment binds, each of a chain of them; `a.b = …` and `a[b] = …` bind none. */
function boundBy(statement: SyntaxNode): Declared[] {
  const line = statement.range().start.line + 1
  const names: string[] = []
  let node: SyntaxNode | null = statement
  for (; node?.kind() === 'assignment'; node = node.field('right')) {
    const left = node.field('left')
    if (left) names.push(...bindings(left))
  }
  const kind = node?.kind() === 'lambda' ? 'function' : 'value'
  return names.map((name): Declared => ({ name, kind, line }))
}

const patterns: ReadonlySet<string> = new Set([
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'list_splat_pattern',
])

function bindings(node: SyntaxNode): string[] {
  if (node.kind() === 'identifier') return [node.text()]
  return patterns.has(node.kind()) ? named(node).flatMap(bindings) : []
}

/** The names in `__all__ = […]`; they decide alone when they are given. */
function namesInAll(root: SyntaxNode): ReadonlySet<string> | undefined {
  const assigned = findKinds(root, ['assignment', 'augmented_assignment']).filter(
    (node) => node.field('left')?.text() === '__all__',
  )
  if (assigned.length === 0) return undefined
  const texts = assigned.flatMap((node) => findKinds(node, ['string_content']))
  return new Set(texts.map((node) => node.text()))
}

function importsIn(root: SyntaxNode): SourceImport[] {
  return findKinds(root, ['import_statement', 'import_from_statement']).flatMap((node) => {
    const line = node.range().start.line + 1
    if (node.kind() === 'import_statement')
      return named(node).map((one) => ({ specifier: importedName(one), names: [], line }))
    const specifier = node.field('module_name')
    if (!specifier) return []
    const [, ...listed] = named(node).filter((one) => one.kind() !== 'wildcard_import')
    return [{ specifier: specifier.text(), names: listed.map(importedName), line }]
  })
}

/** `a.b` of `import a.b as c`. */
function importedName(node: SyntaxNode): string {
  return (node.kind() === 'aliased_import' ? node.field('name') : node)?.text() ?? ''
}

function named(node: SyntaxNode): SyntaxNode[] {
  return node.children().filter((child) => child.isNamed() && child.kind() !== 'comment')
}

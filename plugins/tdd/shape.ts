import { findKinds, type Language, type SyntaxNode } from 'heddle'
import type { ClassShape, FunctionShape } from './code-shape.ts'

const scriptFunctions = [
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]
const pythonFunctions = ['function_definition', 'lambda']

/** Nodes that add a way through the function they stand in. */
const scriptBranches = [
  'if_statement',
  'for_statement',
  'for_in_statement',
  'while_statement',
  'do_statement',
  'catch_clause',
  'ternary_expression',
  'switch_case',
  'binary_expression',
]
const pythonBranches = [
  'if_statement',
  'elif_clause',
  'for_statement',
  'while_statement',
  'except_clause',
  'conditional_expression',
  'boolean_operator',
  'case_clause',
  'for_in_clause',
  'if_clause',
]
const scriptClasses = ['class_declaration', 'class']
const typedClasses = [...scriptClasses, 'abstract_class_declaration']

interface Extent {
  readonly node: SyntaxNode
  readonly start: number
  readonly end: number
  ways: number
}

/** The functions of a file with their parameters and their cyclomatic complexity, nested ones counted by themselves. */
export function functionsOf(root: SyntaxNode, isPython: boolean): FunctionShape[] {
  const functions = findKinds(root, isPython ? pythonFunctions : scriptFunctions).map(extentOf)
  const branches = findKinds(root, isPython ? pythonBranches : scriptBranches).filter(isBranch)
  const open: Extent[] = []
  const events = [...functions, ...branches.map(extentOf)].toSorted(
    (a, b) => a.start - b.start || b.end - a.end,
  )
  const own = new Set(functions)
  for (const event of events) {
    while (open.length > 0 && open.at(-1)!.end <= event.start) open.pop()
    if (own.has(event)) open.push(event)
    else if (open.length > 0) open.at(-1)!.ways++
  }
  return functions.map(({ node, ways }) => ({
    name: nameOf(node),
    line: node.range().start.line + 1,
    parameters: parametersOf(node, isPython),
    complexity: ways,
  }))
}

/** The classes of a file with the number of their methods, accessors and constructors included. */
export function classesOf(root: SyntaxNode, language: Language): ClassShape[] {
  const kinds = language === 'typescript' ? typedClasses : scriptClasses
  return findKinds(root, language === 'python' ? ['class_definition'] : kinds)
    .filter((node) => node.field('body') !== null)
    .map((node) => ({
      name: node.field('name')?.text() ?? '(anonymous)',
      line: node.range().start.line + 1,
      methods: node.field('body')!.children().filter(isMethod).length,
    }))
}

function extentOf(node: SyntaxNode): Extent {
  const { start, end } = node.range()
  return { node, start: start.index, end: end.index, ways: 1 }
}

function isBranch(node: SyntaxNode): boolean {
  return (
    node.kind() !== 'binary_expression' || /^(?:&&|\|\||\?\?)$/.test(node.field('operator')?.text() ?? '')
  )
}

function isMethod(node: SyntaxNode): boolean {
  switch (node.kind()) {
    case 'method_definition':
    case 'function_definition':
      return true
    case 'decorated_definition':
      return node.field('definition')?.kind() === 'function_definition'
    case 'public_field_definition':
    case 'field_definition':
      return /^(?:arrow_function|function_expression)$/.test(node.field('value')?.kind() ?? '')
    default:
      return false
  }
}

/** The name it declares, or the one that it is given where it stands. */
function nameOf(node: SyntaxNode): string {
  const own = node.field('name')?.text()
  if (own !== undefined) return own
  const parent = node.parent()
  const given = parent?.field('name') ?? parent?.field('key') ?? parent?.field('left')
  return given?.text().slice(0, 80) ?? '(anonymous)'
}

function parametersOf(node: SyntaxNode, isPython: boolean): number {
  if (node.field('parameter')) return 1
  const list = node.field('parameters')?.children() ?? []
  const named = list.filter(
    (one) => one.isNamed() && !/comment$|_separator$/.test(one.kind()) && !/^this\b/.test(one.text()),
  )
  const isBound = isPython && /^(?:self|cls)$/.test(named[0]?.text() ?? '')
  return named.length - (isBound ? 1 : 0)
}

import { HeddleError, messageOf } from '../base/diagnostic.ts'
import { type Language, languageOf } from './language.ts'

/** Where a node begins and ends; lines and columns from 0, `index` in UTF-16 units. */
export interface SyntaxRange {
  readonly start: { readonly line: number; readonly column: number; readonly index: number }
  readonly end: { readonly line: number; readonly column: number; readonly index: number }
}

/** A node of a syntax tree; kinds and fields are those of the tree-sitter grammar of the language. */
export interface SyntaxNode {
  kind(): string
  /** False for punctuation and keywords. */
  isNamed(): boolean
  text(): string
  range(): SyntaxRange
  field(name: string): SyntaxNode | null
  children(): SyntaxNode[]
  parent(): SyntaxNode | null
  /** Every node below that has one of these kinds, in the order of the text. */
  findAll(matcher: { readonly rule: { readonly any: { readonly kind: string }[] } }): SyntaxNode[]
}

interface Parser {
  parseAsync(language: string, text: string): Promise<{ root(): SyntaxNode }>
}

const grammars: Readonly<Partial<Record<Language, string>>> = {
  typescript: 'TypeScript',
  javascript: 'JavaScript',
  python: 'python',
}

let parser: Promise<Parser> | undefined

/**
 * The syntax tree of TypeScript, JavaScript or Python, whatever the text: what cannot be parsed stands in nodes of the kind `ERROR`.
 * `undefined` for other languages. Rejects with PARSER_MISSING where this machine has no build of the parser.
 */
export async function parseSyntax(path: string, text: string): Promise<SyntaxNode | undefined> {
  const language = languageOf(path)
  const grammar = language && (path.toLowerCase().endsWith('.tsx') ? 'Tsx' : grammars[language])
  if (grammar === undefined) return undefined
  const { parseAsync } = await (parser ??= loadParser())
  return (await parseAsync(grammar, text)).root()
}

/** Every node of these kinds below `node`, in the order of the text. */
export function findKinds(node: SyntaxNode, kinds: readonly string[]): SyntaxNode[] {
  return node.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } })
}

/** Native code of several megabytes, which only few commands need. */
async function loadParser(): Promise<Parser> {
  try {
    const [astGrep, { default: python }] = await Promise.all([
      import('@ast-grep/napi'),
      import('@ast-grep/lang-python'),
    ])
    astGrep.registerDynamicLanguage({ python })
    // Its own type leaves the kinds of nodes open, which are texts in every grammar used here.
    return astGrep as unknown as Parser
  } catch (thrown) {
    throw new HeddleError({
      code: 'PARSER_MISSING',
      severity: 'error',
      message: `The parser cannot be loaded on this machine: ${messageOf(thrown).split('\n')[0]}.`,
      hint: 'Install the packages again, with the optional ones; where there is no build for the machine, nothing can be parsed.',
    })
  }
}

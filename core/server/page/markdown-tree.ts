import MarkdownIt, { type Token } from 'markdown-it'

/** A piece of markdown as a tree: what it is, its attributes, and what stands in it. */
export interface MarkdownNode {
  /** As the parser names it, without `_open`: `paragraph`, `fence`, `text`, `html_block` … */
  readonly type: string
  readonly tag: string
  readonly content: string
  readonly info: string
  readonly attributes: Readonly<Record<string, string>>
  /** First and last line, 1-based; those of what surrounds it where the parser tells none. */
  readonly lines: readonly [number, number]
  readonly children: readonly MarkdownNode[]
}

const parser = new MarkdownIt('commonmark', { maxNesting: 40 }).enable(['table', 'strikethrough'])
// Nothing becomes an attribute of an element before it was looked at; a destination stays as it is written.
parser.normalizeLink = (destination) => destination
parser.normalizeLinkText = (text) => text
parser.validateLink = () => true

/** The text as a tree. Front matter is left out; lines are counted with it. */
export function parseMarkdown(text: string): readonly MarkdownNode[] {
  const { lines, rest } = splitFrontMatter(text)
  return treeOf(parser.parse('\n'.repeat(lines) + rest, {}), [1, 1])
}

/** How many lines front matter takes with its fences, what stands between these, and what follows. */
export function splitFrontMatter(text: string): {
  readonly lines: number
  readonly front: string
  readonly rest: string
} {
  const found = /^---[ \t]*\r?\n([^]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text)
  if (!found || found.index !== 0) return { lines: 0, front: '', rest: text }
  const whole = found[0]
  return { lines: whole.split('\n').length - 1, front: found[1]!, rest: text.slice(whole.length) }
}

interface Open {
  readonly token: Token
  readonly lines: readonly [number, number]
  readonly children: MarkdownNode[]
}

function treeOf(tokens: readonly Token[], around: readonly [number, number]): readonly MarkdownNode[] {
  const root: MarkdownNode[] = []
  const open: Open[] = []
  const linesOf = (token: Token): readonly [number, number] =>
    token.map ? [token.map[0] + 1, token.map[1]] : (open.at(-1)?.lines ?? around)
  const add = (node: MarkdownNode): void => void (open.at(-1)?.children ?? root).push(node)

  for (const token of tokens) {
    if (token.nesting === 1) open.push({ token, lines: linesOf(token), children: [] })
    else if (token.nesting === -1) {
      const closed = open.pop()
      if (closed) add(asNode(closed.token, closed.lines, closed.children))
    } else if (token.type === 'inline')
      for (const node of treeOf(token.children ?? [], linesOf(token))) add(node)
    else add(asNode(token, linesOf(token), treeOf(token.children ?? [], linesOf(token))))
  }
  // What was cut off where it nests too deep is shown all the same.
  while (open.length > 0) {
    const { token, lines, children } = open.pop()!
    add(asNode(token, lines, children))
  }
  return root
}

function asNode(
  { type, tag, content, info, attrs }: Token,
  lines: readonly [number, number],
  children: readonly MarkdownNode[],
): MarkdownNode {
  const attributes = Object.fromEntries((attrs ?? []).map(([name, value]) => [name, String(value)]))
  return { type: type.replace(/_open$/, ''), tag, content, info, attributes, lines, children }
}

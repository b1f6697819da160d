import { Component, type ComponentChildren, Fragment, h } from 'preact'
import { useMemo } from 'preact/hooks'
import type { ModuleAnswer } from './api.ts'
import { type MarkdownNode, parseMarkdown, splitFrontMatter } from './markdown-tree.ts'
import { useMarked } from './marked.ts'
import { ReferenceLink, withReferences } from './pieces.tsx'
import { linkTo } from './route.ts'
import type { GraphReference } from './state.ts'
import { ModuleText } from './text.tsx'

interface RenderedProps {
  readonly module: ModuleAnswer
  readonly references: readonly GraphReference[]
  readonly line: number
  /** The slug of a heading to show. */
  readonly part: string | null
}

/** Longer texts are shown line by line. */
const mostCharacters = 400_000

/**
 * A module as people read it. The text becomes a tree, and each kind of node one element of a closed list: no text ever becomes markup,
 * no address is loaded, and what is written as HTML is shown as it is written.
 */
export function Rendered({ module, references, line, part }: RenderedProps) {
  const { text, headings } = module
  const tree = useMemo(() => (text.length > mostCharacters ? undefined : parseMarkdown(text)), [text])
  const wanted = headings.find(({ slug }) => slug === part)?.line ?? line
  const marked = useMarked([wanted])
  if (!tree) return <ModuleText text={text} references={references} line={line} />
  const front = splitFrontMatter(text)
  const byLine = Map.groupBy(references, (reference) => reference.line)
  const page: Page = { id: module.id, byLine, taken: new Set(), markedLine: lineMarked(tree, wanted), marked }
  return (
    <Guarded fallback={<ModuleText text={text} references={references} line={line} />} key={module.digest}>
      <div class="rendered">
        {front.lines > 0 && (
          <pre class="front" aria-label="Front matter">
            <Lines text={front.front} first={2} page={page} />
          </pre>
        )}
        {withoutTitle(tree, module.title).map((node, index) => (
          <Node key={index} node={node} page={page} />
        ))}
      </div>
    </Guarded>
  )
}

/** The title stands above already. */
function withoutTitle(tree: readonly MarkdownNode[], title: string | null): readonly MarkdownNode[] {
  const [first] = tree
  const isTitle = first?.type === 'heading' && first.children.map(({ content }) => content).join('') === title
  return isTitle ? tree.slice(1) : tree
}

/** A text that cannot be rendered is shown line by line, and the page lives on. */
class Guarded extends Component<{ fallback: ComponentChildren; children: ComponentChildren }> {
  override state = { failed: false }

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children
  }
}

interface Page {
  readonly id: string
  readonly byLine: ReadonlyMap<number, readonly GraphReference[]>
  /** References that have their place already; those that a line holds twice are taken one after the other. */
  readonly taken: Set<GraphReference>
  readonly markedLine: number
  readonly marked: { current: HTMLElement | null }
}

/** The line of the block that begins last before the wanted one. */
function lineMarked(tree: readonly MarkdownNode[], wanted: number): number {
  let found = 0
  const look = (nodes: readonly MarkdownNode[]): void => {
    for (const { lines, children, tag } of nodes) {
      if (tag !== '' && wanted > 0 && lines[0] <= wanted && wanted <= lines[1]) found = lines[0]
      look(children)
    }
  }
  look(tree)
  return found
}

/** Elements that stand for themselves. */
const plain = new Set([
  'p',
  'ul',
  'ol',
  'li',
  'blockquote',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'em',
  'strong',
  's',
])
const headings = ['h2', 'h3', 'h4', 'h5', 'h6', 'h6'] as const

function Node({ node, page }: { readonly node: MarkdownNode; readonly page: Page }): ComponentChildren {
  const { type, tag, content, lines, children } = node
  const inside = (): ComponentChildren =>
    children.map((child, index) => <Node key={index} node={child} page={page} />)
  switch (type) {
    case 'text':
      return withReferences(content, take(page, lines, content))
    case 'code_inline':
      return <code>{withReferences(content, take(page, lines, content))}</code>
    case 'html_inline':
      return <code class="markup">{withReferences(content, take(page, lines, content))}</code>
    case 'softbreak':
      return '\n'
    case 'hardbreak':
      return <br />
    case 'hr':
      return <hr />
    case 'heading':
      return block(headings[Number(tag[1]) - 1] ?? 'h6', node, { page, inside: inside() })
    case 'fence':
    case 'code_block':
      return <Code node={node} page={page} first={lines[0] + Number(type === 'fence')} />
    case 'html_block':
      return (
        <pre class="markup" {...markOf(node, page)}>
          <Lines text={content.replace(/\n$/, '')} first={lines[0]} page={page} />
        </pre>
      )
    case 'link':
      return <Link node={node} page={page} inside={inside()} />
    case 'image':
      return <Image node={node} page={page} />
    default:
      return plain.has(tag) ? (
        block(tag, node, { page, inside: inside() })
      ) : (
        <Fragment>{content || inside()}</Fragment>
      )
  }
}

function block(
  tag: string,
  node: MarkdownNode,
  { page, inside }: { readonly page: Page; readonly inside: ComponentChildren },
): ComponentChildren {
  const start = tag === 'ol' ? Number(node.attributes['start'] ?? 1) : undefined
  return h(tag, { ...(start !== undefined && { start }), ...markOf(node, page) }, inside)
}

/** The attributes of the block that is to be seen. */
function markOf({ lines: [first] }: MarkdownNode, page: Page): object {
  if (first !== page.markedLine) return {}
  return { class: 'marked', ref: page.marked }
}

function Code({
  node,
  page,
  first,
}: {
  readonly node: MarkdownNode
  readonly page: Page
  readonly first: number
}) {
  const language = /^[\w+#.-]{1,30}/.exec(node.info)?.[0]
  return (
    <pre class="code" tabIndex={0} {...(language && { 'data-language': language })}>
      <code>
        <Lines text={node.content.replace(/\n$/, '')} first={first} page={page} />
      </code>
    </pre>
  )
}

function Lines({
  text,
  first,
  page,
}: {
  readonly text: string
  readonly first: number
  readonly page: Page
}) {
  return (
    <>
      {text.split('\n').map((line, index) => (
        <Fragment key={index}>
          {index > 0 && '\n'}
          {withReferences(line, take(page, [first + index, first + index], line))}
        </Fragment>
      ))}
    </>
  )
}

/** The references of these lines that a text holds and that have no place yet, in order. */
function take(page: Page, [first, last]: readonly [number, number], text: string): readonly GraphReference[] {
  const found: GraphReference[] = []
  let at = 0
  for (let line = first; line <= last; line++)
    for (const reference of page.byLine.get(line) ?? []) {
      if (page.taken.has(reference) || reference.form === 'link' || reference.form === 'image') continue
      const start = text.indexOf(reference.text, at)
      if (start < 0) continue
      page.taken.add(reference)
      found.push(reference)
      at = start + reference.text.length
    }
  return found
}

function Link({
  node,
  page,
  inside,
}: {
  readonly node: MarkdownNode
  readonly page: Page
  readonly inside: ComponentChildren
}) {
  const href = node.attributes['href'] ?? ''
  const reference = referenceTo(href, node, page)
  if (reference) return <ReferenceLink reference={reference}>{inside}</ReferenceLink>
  if (href.startsWith('#'))
    return <a href={linkTo('module', { id: page.id, part: href.slice(1) })}>{inside}</a>
  if (/^https?:\/\//i.test(href))
    return (
      <a href={href} rel="noreferrer noopener" target="_blank" class="external">
        {inside}
      </a>
    )
  return (
    <span class="dead" title={href}>
      {inside}
    </span>
  )
}

/** Pictures are named, never loaded: where they lie is nobody's business but the reader's. */
function Image({ node, page }: { readonly node: MarkdownNode; readonly page: Page }) {
  const source = node.attributes['src'] ?? ''
  const reference = referenceTo(source, node, page)
  const name = `picture: ${node.content || source}`
  return reference ? (
    <ReferenceLink reference={reference}>{name}</ReferenceLink>
  ) : (
    <span class="picture" title={source}>
      {name}
    </span>
  )
}

function referenceTo(
  destination: string,
  { lines: [first, last] }: MarkdownNode,
  page: Page,
): GraphReference | undefined {
  const plain = destination.replace(/[#?].*$/, '')
  for (let line = first; line <= last; line++)
    for (const reference of page.byLine.get(line) ?? [])
      if (
        (reference.form === 'link' || reference.form === 'image') &&
        (reference.text === destination || reference.target === plain || reference.target === decode(plain))
      )
        return reference
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

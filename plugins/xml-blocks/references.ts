import type { Attribute, Block, Document, FoundReference } from 'heddle'
import { allBlocks, isDialect, ownRanges } from './dialect.ts'

/**
 * References of the dialect, wherever its elements stand: the lines of dependency lists, elements whose text is a path,
 * attributes that name a module, and `path.md#element` in the text of an element. Placeholders are references too.
 */
export function findTagReferences(document: Document): FoundReference[] {
  const found: FoundReference[] = []
  if (!isDialect(document)) return found
  const search = { text: document.text, hasFragments: document.text.includes('.md#'), found }
  for (const block of allBlocks(document.blocks)) {
    addAttributes(search, block)
    if (lists.has(block.name)) addLines(search, block)
    else addContent(search, block)
  }
  return found
}

/** The text that is searched, and where it goes what is found in it. */
interface Search {
  readonly text: string
  /** False where no element can name an element of another module. */
  readonly hasFragments: boolean
  readonly found: FoundReference[]
}

const lists: ReadonlySet<string> = new Set(['depends_on', 'provides_to'])
const pathTags: ReadonlySet<string> = new Set([
  'module',
  'delegation_target',
  'delegates_to',
  'routes_to',
  'required',
  'optional',
])
/** What these hold is written for show or at run time. */
const otherTags: ReadonlySet<string> = new Set(['example', 'examples', 'output', 'store', 'artifact'])

/** Attributes that name a module, and the elements on which they do; `null` for any element. */
const pathAttributes: Readonly<Record<string, ReadonlySet<string> | null>> = {
  from: new Set(['uses_pattern']),
  target: new Set(['delegation', 'delegation_target']),
  module: null,
  fallback: null,
  name: new Set(['module']),
}

const endings = 'md|mdx|markdown|xml|json|ya?ml|toml|txt|sh|py|js|ts'
const pathShape = new RegExp(`^[^\\s<>"'|,;:()]*[^\\s<>"'|,;:()/]\\.(?:${endings})\\]?(?:#[\\w.-]+)?$`)
const aliasShape = /^@(?:super|[A-Za-z][\w-]*\/[\w./-]*\w)(?:#[\w.-]+)?$/
/** `@.claude/x` says by itself that it is a path: any file or folder may be meant, in any element. */
const markedShape = /^@\.[\w-]*(?:\/[\w.{}[\]-]+)+\/?(?:#[\w.-]+)?$/
const folderedShape = /^(?=[^/]*\/)(?!\/+$)[^\s<>"'|,;:()]+$/

function addAttributes(search: Search, block: Block): void {
  for (const attribute of block.attributes) {
    const { name, value } = attribute
    const owners = Object.hasOwn(pathAttributes, name) ? pathAttributes[name] : undefined
    if (owners === undefined || (owners !== null && !owners.has(block.name))) {
      addFragments(search, attribute, { form: 'attribute', role: name })
    } else if (isPath(value) || (name !== 'name' && folderedShape.test(value))) {
      search.found.push(refer(value, attribute.start, { form: 'attribute', role: roleOf(block, attribute) }))
    }
  }
}

/** `from` and `target` say nothing by themselves: there the element tells what the reference is for. */
function roleOf(block: Block, { name }: Attribute): string {
  return name === 'from' || name === 'target' || name === 'name' ? block.name : name
}

const line = /[^\r\n]+/g
const listMarker = /^\s*(?:[-*+]\s+)?/
const word = /\S{1,400}(?!\S)/y
const joint = /\s*,\s*|\s+(?:OR|AND|or|and|\+|&)\s+/y
const comment = /<!--[^]*?(?:-->|$)/g

function addLines(search: Search, block: Block): void {
  for (const { start, end } of ownRanges(block)) {
    const content = search.text.slice(start, end).replace(comment, (text) => ' '.repeat(text.length))
    for (const match of content.matchAll(line)) {
      const place = { offset: start + match.index, role: block.name }
      addLine(match[0], place, search.found)
    }
  }
}

/** `path for reason`, where paths may be joined by OR; a line that begins with no path holds none. */
function addLine(text: string, place: { offset: number; role: string }, found: FoundReference[]): void {
  const { offset, role } = place
  let at = listMarker.exec(text)![0].length
  for (;;) {
    word.lastIndex = at
    const written = word.exec(text)?.[0].replace(/[,;:.]+$/, '')
    if (written === undefined || !isPath(written)) return
    found.push(refer(written, offset + at, { form: 'tag', role }))
    joint.lastIndex = at + written.length
    if (!joint.test(text)) return
    at = joint.lastIndex
  }
}

const onlyPath = /^(\s*)(\S+?)[,;:.]?(?:\s+(?:[-–—]|for)\s[^\r\n]*)?\s*$/

/** An element that holds a path and at most a reason (`path - text`), or prose that names `path.md#element`. */
function addContent(search: Search, block: Block): void {
  if (block.children.length === 0 && block.contentEnd - block.contentStart < 1_000) {
    const match = onlyPath.exec(search.text.slice(block.contentStart, block.contentEnd))
    const written = match?.[2]
    if (
      written !== undefined &&
      (markedShape.test(written) ||
        (isPath(written) && (pathTags.has(block.name) || isModulePath(block, written))))
    ) {
      const start = block.contentStart + match![1]!.length
      search.found.push(refer(written, start, { form: 'tag', role: block.name }))
      return
    }
  }
  if (!search.hasFragments) return
  for (const range of ownRanges(block)) addFragments(search, range, { form: 'tag', role: block.name })
}

/** In an element of any other name only a markdown file in a folder counts: `<canonical_source>modules/x.md</…>`. */
function isModulePath({ name }: Block, written: string): boolean {
  return !otherTags.has(name) && written.includes('/') && /\.md(?:#|$)/.test(written)
}

const fragmented = /(?<![^\s"'`(])@?[\w.{}[\]-]+(?:\/[\w.{}[\]-]+)*\.md#[\w.-]*\w/g

function addFragments(
  search: Search,
  { start, end }: { readonly start: number; readonly end: number },
  as: { form: 'tag' | 'attribute'; role: string },
): void {
  if (!search.hasFragments) return
  const text = search.text.slice(start, end)
  if (!text.includes('.md#')) return
  for (const match of text.matchAll(fragmented)) {
    // A markdown link is a form of its own.
    if (text[match.index - 1] !== '(' || text[match.index - 2] !== ']')
      search.found.push(refer(match[0], start + match.index, as))
  }
}

function isPath(text: string): boolean {
  return text.length < 300 && (pathShape.test(text) || aliasShape.test(text)) && !text.startsWith('//')
}

function refer(
  text: string,
  offset: number,
  as: { form: 'tag' | 'attribute'; role: string },
): FoundReference {
  const hash = text.indexOf('#')
  const path = hash < 0 ? text : text.slice(0, hash)
  // `@.claude/x` is a path from the repository, not an alias.
  const target = path.startsWith('@.') ? path.slice(1) : path
  return { text, target, fragment: hash < 0 ? null : text.slice(hash + 1), ...as, offset }
}

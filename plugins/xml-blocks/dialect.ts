import type { Block, Document } from 'heddle'

const ownTags =
  'depends_on|provides_to|uses_pattern|delegation_target|integration_points|trigger_conditions|quality_gates|pattern_usage|routes_to|delegates_to|module_dependency'
const sharedTags = 'module|command|conditional|delegation|with|gate|setting|error|phase'
const itsAttributes =
  'category|purpose|module|target|fallback|severity|requirement|enforcement|blocking|default|order|code'
const namesModule = `[a-z]\\w*\\s[^<>]{0,300}?\\bmodule\\s{0,3}=\\s{0,3}["'][^"'<>]{1,200}\\.md\\b`
const tag = new RegExp(
  `<(?:(?:${ownTags})[\\s>]|${namesModule}|(?:${sharedTags})\\s[^<>]{0,300}?\\b(?:${itsAttributes})\\s{0,3}=|module(?:\\s[^<>]{0,300})?>\\s{0,80}[^\\s<>]{1,200}\\.md\\b)`,
  'y',
)

/** True for documents that hold a tag of this dialect; for all others this look is all that they cost. */
export function isDialect({ text }: Pick<Document, 'text'>): boolean {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    tag.lastIndex = at
    if (tag.test(text)) return true
  }
  return false
}

/** Every element of a document in order of place, children after their parent. */
export function allBlocks(blocks: readonly Block[]): readonly Block[] {
  if (blocks.every(({ children }) => children.length === 0)) return blocks
  const all: Block[] = []
  const add = (block: Block): void => {
    all.push(block)
    for (const child of block.children) add(child)
  }
  for (const block of blocks) add(block)
  return all
}

/** The value of an attribute; null when the element has none of that name. */
export function attributeOf(block: Block, name: string): string | null {
  return block.attributes.find((attribute) => attribute.name === name)?.value ?? null
}

/** What an element says in its own words: its text without the elements in it, on one line, at most 300 characters. */
export function ownText(document: Pick<Document, 'text'>, block: Block): string {
  let said = ''
  for (const { start, end } of ownRanges(block)) {
    if (said.length < 2_000) said += ` ${document.text.slice(start, Math.min(end, start + 2_000))}`
  }
  return said.replace(/\s+/g, ' ').trim().slice(0, 300)
}

/** The parts of an element's content that belong to no element in it. */
export function* ownRanges(block: Block): Iterable<{ start: number; end: number }> {
  let at = block.contentStart
  for (const child of block.children) {
    if (child.start > at) yield { start: at, end: child.start }
    at = child.end
  }
  if (block.contentEnd > at) yield { start: at, end: block.contentEnd }
}

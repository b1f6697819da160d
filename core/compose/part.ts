import type { Block } from '../module/blocks.ts'
import type { Document } from '../module/document.ts'
import type { Range } from '../module/markdown.ts'
import type { Heading } from '../module/module.ts'
import { decodePercent } from '../module/reference.ts'

/**
 * The lines of a document that a fragment names: a heading with all below it, an element with its content, or the section round an
 * anchor. Letter case does not count. Undefined when there is no such part.
 */
export function findPart(document: Document, fragment: string): Range | undefined {
  const wanted = plain(decodePercent(fragment))
  const { headings, anchors } = document.markdown
  const heading = headings.findIndex(({ slug }) => plain(slug) === wanted)
  if (heading >= 0) return sectionOf(document, heading)
  const block = findBlock(document.blocks, wanted)
  if (block) return wholeLines(document, block)
  const anchor = anchors.find((name) => plain(name) === wanted)
  return anchor === undefined ? undefined : sectionRound(document, headings, anchor)
}

/** The ranges in order, those that touch joined to one. */
export function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (last && range.start <= last.end)
      joined.splice(-1, 1, { start: last.start, end: Math.max(last.end, range.end) })
    else joined.push(range)
  }
  return joined
}

function plain(name: string): string {
  return name
    .replace(/^user-content-/, '')
    .toLowerCase()
    .normalize('NFC')
}

function sectionOf({ markdown, lines, text }: Document, index: number): Range {
  const { depth, line } = markdown.headings[index]!
  const next = markdown.headings.slice(index + 1).find((heading) => heading.depth <= depth)
  return { start: lines.starts[line - 1]!, end: next ? lines.starts[next.line - 1]! : text.length }
}

const naming = new Set(['name', 'id', 'code'])

/** The first in the text whose own name, or whose `name`, `id` or `code`, is the one wanted. */
function findBlock(blocks: readonly Block[], wanted: string): Block | undefined {
  const open = blocks.toReversed()
  for (let block = open.pop(); block; block = open.pop()) {
    const isNamed = block.attributes.some(({ name, value }) => naming.has(name) && plain(value) === wanted)
    if (isNamed || plain(block.name) === wanted) return block
    open.push(...block.children.toReversed())
  }
  return undefined
}

function wholeLines({ lines, text }: Document, { start, end }: Range): Range {
  const last = lines.place(Math.max(start, end - 1)).line
  return { start: lines.starts[lines.place(start).line - 1]!, end: lines.starts[last] ?? text.length }
}

/** An anchor stands in a section, or right above the heading of its own. */
function sectionRound(document: Document, headings: readonly Heading[], anchor: string): Range | undefined {
  const at = [`"${anchor}"`, `'${anchor}'`, `=${anchor}`, `{#${anchor}}`]
    .map((written) => document.text.indexOf(written))
    .filter((offset) => offset >= 0)
  if (at.length === 0) return undefined
  const { line } = document.lines.place(Math.min(...at))
  const below = headings.findIndex((heading) => heading.line >= line && heading.line <= line + 2)
  const above = headings.findLastIndex((heading) => heading.line <= line)
  const index = below >= 0 ? below : above
  return index < 0 ? undefined : sectionOf(document, index)
}

import { findAnchors } from './markdown-anchors.ts'
import { createLines } from './lines.ts'
import { scanBlocks } from './markdown-blocks.ts'
import { unescapeMarkdown } from './markdown-escape.ts'
import { type Construct, type Link, scanInline } from './markdown-inline.ts'
import type { CodeBlock, HeadingPlace } from './markdown-leaves.ts'
import type { Range } from './markdown-segment.ts'
import { createSlugger } from './markdown-slug.ts'
import { visibleLine, visibleText } from './markdown-visible.ts'
import type { Heading } from './module.ts'

export type { CodeBlock } from './markdown-leaves.ts'
export type { Link } from './markdown-inline.ts'
export type { Range } from './markdown-segment.ts'

/** What a CommonMark reader sees in a text, with exact offsets. */
export interface Markdown {
  readonly headings: readonly Heading[]
  /** In order of `start`; links that use one definition share its range. */
  readonly links: readonly Link[]
  /** Places that a fragment can name besides headings, as written: `id` and `name` of HTML, `{#custom}` behind a heading. */
  readonly anchors: readonly string[]
  readonly codeBlocks: readonly CodeBlock[]
  /** Code spans: the range of the content between the backticks. */
  readonly codeSpans: readonly Range[]
  /** HTML blocks, comments included. */
  readonly htmlBlocks: readonly Range[]
}

/**
 * Reads a text as CommonMark 0.31 with GitHub's tables does, from offset `from` (the start of a line) on; every offset counts
 * from the start of the text. Never throws; time is linear in the length of the text, for which two things have a limit:
 * quotes and list items nest 100 deep, parentheses in a bare destination 32 deep. `lines` are those of the text, for callers
 * that have them.
 */
export function scanMarkdown(text: string, from = 0, lines = createLines(text)): Markdown {
  const { codeBlocks, htmlBlocks, definitions, leaves } = scanBlocks(text, from, lines)
  const links: Link[] = []
  const known = new Map<string, Link>()
  for (const { label, start, end } of definitions) {
    const link: Link = {
      type: 'definition',
      destination: unescapeMarkdown(text.slice(start, end)),
      start,
      end,
    }
    links.push(link)
    if (!known.has(label)) known.set(label, link)
  }
  const codeSpans: Range[] = []
  const headings: Heading[] = []
  const slugOf = createSlugger()
  const addHeading = ({ depth, line }: HeadingPlace, visible: string): void => {
    const said = unusualSpace.test(visible) ? visible.replace(whiteSpace, ' ').trim() : visible
    headings.push({ depth, line, text: said, slug: slugOf(visible) })
  }
  for (const leaf of leaves) {
    if (leaf.segment === undefined) {
      addHeading(leaf, visibleLine(text, leaf.start, leaf.end))
      continue
    }
    const constructs: Construct[] | undefined = leaf.heading && []
    scanInline(leaf.segment, known, { links, codeSpans, constructs })
    if (leaf.heading) addHeading(leaf.heading, visibleText(leaf.segment, constructs ?? []))
  }
  if (links.length > 1) links.sort((a, b) => a.start - b.start)
  const anchors = findAnchors(text, from, { headings, codeBlocks, codeSpans })
  return { headings, links, anchors, codeBlocks, codeSpans, htmlBlocks }
}

const unusualSpace = /[^\S ]|  |^ | $/
const whiteSpace = /\s\s+|[^\S ]/g

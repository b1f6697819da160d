import { isInside, type Range } from './markdown-segment.ts'
import { createSlugger } from './markdown-slug.ts'
import type { Heading } from './module.ts'

/** What was found before: custom ids stand in headings, and HTML in code is none. */
export interface Known {
  readonly headings: readonly Heading[]
  readonly codeBlocks: readonly Range[]
  readonly codeSpans: readonly Range[]
}

const none: readonly string[] = []

/**
 * The places besides headings that a fragment can name: `id` of any HTML element, `name` of `<a>`, the slug of an HTML
 * heading, `{#custom}` at the end of a heading. A text without any of them costs two searches for a rare letter.
 */
export function findAnchors(text: string, from: number, known: Known): readonly string[] {
  const custom = text.includes('{#', from) ? customIds(known.headings) : none
  // A rare letter is found ten times as fast as the beginning of a common word.
  const first = text.indexOf('<', from)
  const hasIds = first >= 0 && (text.includes('id=', first) || text.includes('name=', first))
  const tagged = hasIds ? taggedIds(text, first, known) : none
  const headings = first >= 0 && text.includes('</h', first) ? headingsInHtml(text, first, known) : none
  if (custom === none && tagged === none && headings === none) return none
  return [...new Set([...custom, ...tagged, ...headings])]
}

const customId = /\{#([^\s{}]{1,200})\}\s*$/

function customIds(headings: readonly Heading[]): string[] {
  return headings.flatMap(({ text }) => customId.exec(text)?.[1] ?? [])
}

const tagWithId = /<([A-Za-z][A-Za-z0-9-]*)(?=[\s/])([^<>]*)>/g
const attribute = /(?<=[\s"'/])(id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=`]+))/gi

function taggedIds(text: string, from: number, known: Known): string[] {
  const found: string[] = []
  for (const { 1: tag = '', 2: attributes = '' } of outsideCode(text.slice(from), tagWithId, from, known)) {
    for (const [, name = '', double, single, bare] of attributes.matchAll(attribute)) {
      const value = double ?? single ?? bare ?? ''
      if (value !== '' && (name.toLowerCase() === 'id' || tag.toLowerCase() === 'a')) found.push(value)
    }
  }
  return found
}

const htmlHeading = /<h([1-6])(?:\s[^<>]*)?>([^]{0,500}?)<\/h\1>/gi

function headingsInHtml(text: string, from: number, known: Known): string[] {
  const slugOf = createSlugger()
  const found: string[] = []
  for (const match of outsideCode(text.slice(from), htmlHeading, from, known))
    found.push(
      slugOf(
        match[2]!
          .replaceAll(/<[^<>]*>/g, '')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      ),
    )
  return found
}

function* outsideCode(
  text: string,
  pattern: RegExp,
  from: number,
  { codeBlocks, codeSpans }: Known,
): Iterable<RegExpExecArray> {
  for (const match of text.matchAll(pattern)) {
    const at = from + match.index
    if (!isInside(codeBlocks, at) && !isInside(codeSpans, at)) yield match
  }
}

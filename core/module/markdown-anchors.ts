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
  const tagged = first >= 0 && hasIds(text, first) ? taggedIds(text, first, known) : none
  const headings = first >= 0 && hasHeading(text, first) ? headingsInHtml(text, first, known) : none
  if (custom === none && tagged === none && headings === none) return none
  return [...new Set([...custom, ...tagged, ...headings])]
}

const customId = /\{#([^\s{}]{1,200})\}\s*$/

function customIds(headings: readonly Heading[]): string[] {
  return headings.flatMap(({ text }) => customId.exec(text)?.[1] ?? [])
}

function hasIds(text: string, from: number): boolean {
  for (let at = text.indexOf('=', from); at >= 0; at = text.indexOf('=', at + 1))
    if (text.startsWith('id', at - 2) || text.startsWith('name', at - 4)) return true
  return false
}

function hasHeading(text: string, from: number): boolean {
  for (let at = text.indexOf('<', from); at >= 0; at = text.indexOf('<', at + 1))
    if (text.startsWith('/h', at + 1)) return true
  return false
}

const tagWithId = /<([A-Za-z][A-Za-z0-9-]*)(?=[\s/])([^<>]*)>/y
const attribute = /(?<=[\s"'/])(id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=`]+))/gi

function taggedIds(text: string, from: number, known: Known): string[] {
  const found: string[] = []
  for (let at = text.indexOf('<', from); at >= 0; at = text.indexOf('<', at + 1)) {
    tagWithId.lastIndex = at
    const match = tagWithId.exec(text)
    if (!match || isCode(at, known)) continue
    const [, tag = '', attributes = ''] = match
    const isLink = tag === 'a' || tag === 'A'
    for (const [, name = '', double, single, bare] of attributes.matchAll(attribute)) {
      const value = double ?? single ?? bare ?? ''
      if (value !== '' && (isLink || name.toLowerCase() === 'id')) found.push(value)
    }
  }
  return found
}

const htmlHeading = /<h([1-6])(?:\s[^<>]*)?>([^]{0,500}?)<\/h\1>/gi

function headingsInHtml(text: string, from: number, known: Known): string[] {
  const slugOf = createSlugger()
  const found: string[] = []
  for (const match of text.slice(from).matchAll(htmlHeading)) {
    if (isCode(from + match.index, known)) continue
    const said = match[2]!.replaceAll(/<[^<>]*>/g, '').replaceAll(/\s+/g, ' ')
    found.push(slugOf(said.trim()))
  }
  return found
}

function isCode(at: number, { codeBlocks, codeSpans }: Known): boolean {
  return isInside(codeBlocks, at) || isInside(codeSpans, at)
}

import { createDocument } from '../module/document.ts'
import { findFrontMatter } from '../module/frontmatter-fence.ts'
import type { Range } from '../module/markdown.ts'
import { isInside } from '../module/markdown-segment.ts'
import type { Form } from '../module/reference.ts'
import type { Source } from './gather.ts'
import type { Audience } from './settings.ts'

/** What stands before and after the text of a source. */
export interface Frame {
  readonly head: string
  readonly tail: string
}

/** The frame of a source; whatever its text holds, it cannot be taken for the end of it or the beginning of another. */
export function frameOf(source: Pick<Source, 'id' | 'parts' | 'text'>, audience: Audience): Frame {
  const { id, parts, text } = source
  const name = [id, ...parts.map((part) => `#${part}`)].join(' ')
  switch (audience) {
    case 'plain': {
      const mark = unused(text, (count) => '='.repeat(count + 2))
      return { head: `${mark} ${oneLine(name)} ${mark}\n\n`, tail: '\n\n' }
    }
    case 'claude': {
      const tag = unused(text, (count) => (count === 1 ? 'document' : `document-${count}`), '</')
      const part = parts.length > 0 ? ` part="${attribute(parts.join(' '))}"` : ''
      return { head: `<${tag} path="${attribute(id)}"${part}>\n`, tail: `\n</${tag}>\n\n` }
    }
    case 'agents-md': {
      const mark = unused(text, (count) => (count === 1 ? 'from' : `from-${count}`), '<!-- ')
      return { head: `<!-- ${mark} ${comment(name)} -->\n\n`, tail: '\n\n' }
    }
    default:
      return audience satisfies never
  }
}

/** The first mark that the text does not hold. */
function unused(text: string, markOf: (count: number) => string, before = ''): string {
  for (let count = 1; ; count++) if (!text.includes(`${before}${markOf(count)}`)) return markOf(count)
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ')
}

function attribute(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

function comment(text: string): string {
  return oneLine(text).replaceAll('--', '-\u2010').replaceAll('>', '&gt;')
}

/** A text as it is handed over, with the ranges of it that are wanted. */
export interface HandedText {
  readonly text: string
  readonly ranges: readonly Range[]
}

/**
 * The text of a source without its front matter. A host reads `@path` as an import and would put the file in a second time, so that
 * for hosts such references become code; everything else stays as it is written, letter by letter.
 */
export function handOver(source: Source, audience: Audience): HandedText {
  const { text, module } = source
  const body = module ? (findFrontMatter(text)?.end ?? 0) : 0
  const ranges = source.ranges ?? [{ start: body, end: text.length }]
  const imports = audience === 'plain' || !module ? [] : importsIn(source, body)
  if (imports.length === 0) return { text, ranges }
  let made = ''
  let at = 0
  for (const { start, end } of imports) {
    made += `${text.slice(at, start)}\`${text.slice(start, end)}\``
    at = end
  }
  const moved = (offset: number): number => offset + 2 * imports.filter(({ end }) => end <= offset).length
  return {
    text: made + text.slice(at),
    ranges: ranges.map(({ start, end }) => ({ start: moved(start), end: moved(end) })),
  }
}

const importing: ReadonlySet<Form> = new Set<Form>(['alias', 'import', 'mention'])

/** Places at which a host would see an import, in order; those in code are none. */
function importsIn({ text, module, id, path, layer }: Source, body: number): Range[] {
  const written = module!.references.filter(
    (reference) =>
      importing.has(reference.form) &&
      /^@[^`]+$/.test(reference.text) &&
      reference.offset >= body &&
      text.startsWith(reference.text, reference.offset),
  )
  if (written.length === 0) return []
  const { markdown } = createDocument({ label: id, path, layer, homePath: module!.homePath, text })
  const found: Range[] = []
  for (const { offset, text: said } of written.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < (found.at(-1)?.end ?? 0)) continue
    if (isInside(markdown.codeBlocks, offset) || isInside(markdown.codeSpans, offset)) continue
    found.push({ start: offset, end: offset + said.length })
  }
  return found
}

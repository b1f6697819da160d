import type { Document } from 'heddle'

/** How many characters from the top the table may begin. */
const reach = 2_000
const row = /^[ \t]*\|(.+)\|[ \t]*$/
const separator = /^[ \t]*\|[ \t:|-]+\|[ \t]*$/
const unsafe: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * The metadata of the table that stands for front matter: `| version | last_updated | status |` with one row of values,
 * before any code. Keys as written; `undefined` when there is none.
 */
export function readMetadataTable({ text, frontMatter }: Document): Record<string, string> | undefined {
  const head = text.slice(frontMatter.end, frontMatter.end + reach)
  if (!hasVersionCell(head)) return undefined
  const lines = head.split(/\r\n?|\n/)
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) return undefined
    const keys = cellsOf(line)
    if (
      !keys?.some((key) => key.toLowerCase() === 'version') ||
      !keys.some((key) => known.has(key.toLowerCase()))
    )
      continue
    const values = cellsOf(lines[index + 2] ?? '')
    if (!separator.test(lines[index + 1] ?? '') || !values) continue
    const pairs = keys.map((key, cell) => [key, values[cell] ?? ''] as const)
    return Object.fromEntries(pairs.filter(([key]) => key !== '' && !unsafe.has(key)))
  }
  return undefined
}

const versionCell = /\|[ \t]*version[ \t]*\|/iy

/** Most documents have no table so early, and a search for the first character of a cell is the fastest. */
function hasVersionCell(text: string): boolean {
  for (let at = text.indexOf('|'); at >= 0; at = text.indexOf('|', at + 1)) {
    versionCell.lastIndex = at
    if (versionCell.test(text)) return true
  }
  return false
}

const known: ReadonlySet<string> = new Set(['last_updated', 'status', 'readiness', 'coverage'])

function cellsOf(line: string): string[] | undefined {
  return row
    .exec(line)?.[1]
    ?.split('|')
    .map((cell) => cell.trim())
}

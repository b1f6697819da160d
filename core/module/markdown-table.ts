import { trimEnd } from './markdown-starts.ts'

/** The number of columns that a delimiter row such as `| --- | :-: |` declares, 0 when the line is none. */
export function delimiterColumns(text: string, at: number, end: number): number {
  if (end - at < 2 || !isDelimiterRow(text, at, end)) return 0
  const row = text.slice(at, end)
  const cells = row.split('|').map((cell) => cell.trim())
  if (cells[0] === '') cells.shift()
  if (cells.at(-1) === '') cells.pop()
  return cells.every((cell) => delimiter.test(cell)) ? cells.length : 0
}

/** True for a row of nothing but the characters of such rows that does not begin with a bullet. */
function isDelimiterRow(text: string, at: number, end: number): boolean {
  if (text.charCodeAt(at) === 45 && isSpace(text.charCodeAt(at + 1))) return false
  for (let index = at; index < end; index++) {
    const code = text.charCodeAt(index)
    if (code !== 45 && code !== 124 && code !== 58 && !isSpace(code)) return false
  }
  return true
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

const delimiter = /^:?-+:?$/

/** The cells of a table row as start and end offsets alternately; a pipe after a backslash does not split. */
export function splitRow(text: string, at: number, end: number): number[] {
  const last = trimEnd(text, at, end)
  const cells: number[] = []
  let start = at
  for (let index = at; index < last; index++) {
    if (text.charCodeAt(index) !== 124 || (index > at && text.charCodeAt(index - 1) === 92)) continue
    if (index > at) cells.push(start, index)
    start = index + 1
  }
  if (start < last) cells.push(start, last)
  return cells
}

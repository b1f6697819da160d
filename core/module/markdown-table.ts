import { trimEnd } from './markdown-starts.ts'

/** The number of columns that a delimiter row such as `| --- | :-: |` declares, 0 when the line is none. */
export function delimiterColumns(text: string, at: number, end: number): number {
  const row = text.slice(at, end)
  if (row.length < 2 || noDelimiterRow.test(row)) return 0
  const cells = row.split('|').map((cell) => cell.trim())
  if (cells[0] === '') cells.shift()
  if (cells.at(-1) === '') cells.pop()
  return cells.every((cell) => delimiter.test(cell)) ? cells.length : 0
}

/** A character that no delimiter row holds, or a bullet. */
const noDelimiterRow = /[^|:\- \t]|^-[ \t]/
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

import type { Line } from './line.ts'
import { round } from './line.ts'

const heads = ['row', 'ours', 'against', '', 'theirs', 'ratio', 'goal', ''] as const

/** The lines as one table with a rule below its head. */
export function formatTable(lines: readonly Line[]): string {
  const cells = lines.map(cellsOf)
  const widths = heads.map((head, index) => Math.max(head.length, ...cells.map((row) => widthOf(row, index))))
  const format = (row: readonly string[]): string =>
    row
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd()
  return [format(heads), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(format)].join('\n')
}

/** A reason instead of a figure may be long: it does not widen its column. */
function widthOf(row: readonly string[], index: number): number {
  const { length } = row[index]!
  return length > 40 ? 0 : length
}

function cellsOf({ row, ours, against, kind, theirs, ratio, goal, met }: Line): string[] {
  const verdict = met === null ? '' : met ? 'met' : 'MISSED'
  return [row, ours, against, kind, theirs, ratio === null ? '' : `${round(ratio)} ×`, goal, verdict]
}

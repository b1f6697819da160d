import type { Sink } from './format.ts'

/** True for the start of an lcov report. */
export function isLcov(text: string): boolean {
  return /^(?:TN:|SF:)/.test(text)
}

/** An lcov report: for each file the lines that can be reached and those that were. A record that is cut counts as far as it goes. */
export function readLcov(text: string, sink: Sink): void {
  let path: string | undefined
  let lines = new Map<string, boolean>()
  const flush = (): void => {
    const covered = [...lines.values()].filter(Boolean).length
    if (path !== undefined) sink.coverage({ path, covered, total: lines.size })
    path = undefined
    lines = new Map()
  }
  for (const line of text.split('\n')) {
    if (line.startsWith('SF:')) {
      flush()
      path = line.slice(3).trim()
    } else if (line.startsWith('DA:')) {
      const [number, hits] = line.slice(3).split(',', 2)
      lines.set(number!, lines.get(number!) === true || Number(hits) > 0)
    } else if (line.startsWith('end_of_record')) flush()
  }
  flush()
}

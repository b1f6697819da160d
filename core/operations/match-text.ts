/** One match in a text; line and column are 1-based, columns in UTF-16 units. */
export interface TextMatch {
  readonly line: number
  readonly column: number
  /** The whole line, or with `multiline` everything that matched. */
  readonly text: string
  readonly before?: readonly string[] | undefined
  readonly after?: readonly string[] | undefined
}

export interface MatchOptions {
  readonly ignoreCase: boolean
  readonly multiline: boolean
  /** Lines to give before and after each match. */
  readonly context: number
}

/**
 * The expression for a pattern; throws what is wrong with it. Whole characters and \p{…} where the pattern allows it: many
 * patterns escape what needs none, and are taken as they are.
 */
export function compilePattern(pattern: string, { ignoreCase, multiline }: MatchOptions): RegExp {
  const flags = `${ignoreCase ? 'i' : ''}${multiline ? 'gms' : ''}`
  try {
    return new RegExp(pattern, `${flags}u`)
  } catch {
    return new RegExp(pattern, flags)
  }
}

/**
 * Start and end of each match, one after the other: all of them for a global expression, otherwise the first of each line.
 * With a text that every match holds only the lines that hold it are looked at. It stands by itself, because its text is also
 * what a worker runs.
 */
export function findOffsets(expression: RegExp, text: string, literal = ''): number[] {
  const offsets: number[] = []
  if (expression.global) {
    if (!text.includes(literal)) return offsets
    for (const match of text.matchAll(expression)) offsets.push(match.index, match.index + match[0].length)
    return offsets
  }
  for (let start = 0; start < text.length;) {
    if (literal !== '') {
      const held = text.indexOf(literal, start)
      if (held < 0) break
      start = text.lastIndexOf('\n', held) + 1
    }
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const match = expression.exec(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end))
    if (match) offsets.push(start + match.index, start + match.index + match[0].length)
    start = end + 1
  }
  return offsets
}

/** The matches at these offsets, with their places and the lines around them. */
export function matchesAt(
  text: string,
  offsets: readonly number[],
  { multiline, context }: MatchOptions,
): TextMatch[] {
  if (offsets.length === 0) return []
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const starts = lineStarts(text)
  const found: TextMatch[] = []
  let line = 0
  for (let index = 0; index < offsets.length; index += 2) {
    const start = offsets[index]!
    const end = offsets[index + 1]!
    while ((starts[line + 1] ?? Infinity) <= start) line++
    let last = line
    while ((starts[last + 1] ?? Infinity) < end) last++
    found.push({
      line: line + 1,
      column: start - starts[line]! + 1,
      text: multiline ? text.slice(start, end) : lines[line]!,
      ...(context > 0 && {
        before: lines.slice(Math.max(line - context, 0), line),
        after: lines.slice(last + 1, last + 1 + context),
      }),
    })
  }
  return found
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

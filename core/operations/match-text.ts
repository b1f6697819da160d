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

/** Finds every match of a regular expression; by line, each line once, unless `multiline`. */
export function createMatcher(pattern: string, options: MatchOptions): (text: string) => TextMatch[] {
  const expression = compile(pattern, `${options.ignoreCase ? 'i' : ''}${options.multiline ? 'gms' : ''}`)
  return (text) =>
    options.multiline
      ? acrossLines(text, expression, options.context)
      : byLine(text, expression, options.context)
}

/** Whole characters and \p{…} where the pattern allows it; many patterns escape what needs none, and are taken as they are. */
function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, `${flags}u`)
  } catch {
    return new RegExp(pattern, flags)
  }
}

function byLine(text: string, expression: RegExp, context: number): TextMatch[] {
  const lines = text.split(/\r\n|\n|\r/)
  const found: TextMatch[] = []
  for (const [index, line] of lines.entries()) {
    const match = expression.exec(line)
    if (!match) continue
    found.push({
      line: index + 1,
      column: match.index + 1,
      text: line,
      ...around(lines, index, index, context),
    })
  }
  return found
}

function acrossLines(text: string, expression: RegExp, context: number): TextMatch[] {
  const found: TextMatch[] = []
  const lines = context > 0 ? text.split('\n') : []
  let line = 1
  let lineStart = 0
  let at = 0
  for (const match of text.matchAll(expression)) {
    for (let next = text.indexOf('\n', at); next >= 0 && next < match.index; next = text.indexOf('\n', at)) {
      line++
      lineStart = at = next + 1
    }
    const last = line - 1 + match[0].split('\n').length - 1
    found.push({
      line,
      column: match.index - lineStart + 1,
      text: match[0],
      ...around(lines, line - 1, last, context),
    })
  }
  return found
}

function around(
  lines: readonly string[],
  first: number,
  last: number,
  context: number,
): Pick<TextMatch, 'before' | 'after'> {
  if (context === 0) return {}
  return {
    before: lines.slice(Math.max(first - context, 0), first),
    after: lines.slice(last + 1, last + 1 + context),
  }
}

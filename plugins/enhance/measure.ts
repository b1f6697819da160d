import { languageOf, maskText } from 'heddle'

/** How large a function is. */
export interface MeasuredFunction {
  readonly name: string
  readonly line: number
  readonly lines: number
  readonly parameters: number
}

const brace =
  /\bfunction\s*\*?\s*([\w$]+)\s*\(|\b(?:const|let|var)\s+([\w$]+)\s*=\s*(?:async\s*)?\(|\bfunc\s+(?:\([^()]*\)\s*)?(\w+)\s*\(|\bfn\s+(\w+)\s*(?:<[^<>()]*>)?\s*\(|^[ \t]+(?:(?:public|private|protected|static|async|override|final|readonly)\s+)*(?!if\b|for\b|while\b|switch\b|catch\b|return\b|function\b|await\b|new\b)([\w$#]+)\s*\(/gm
const indented = /^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(/gm
const furthest = 4_000

/** The functions of a source by name, in order of place: a scan, so that what is written in an unusual way is not seen. */
export function measureFunctions(path: string, text: string): readonly MeasuredFunction[] {
  const language = languageOf(path)
  if (language === undefined) return []
  const code = maskText(text, language)
  if (language === 'python') return measureIndented(code)
  return language === 'ruby' ? [] : measureBraces(code)
}

function measureBraces(code: string): MeasuredFunction[] {
  return [...code.matchAll(brace)].flatMap((match) => {
    const name = match.slice(1).find((each) => each !== undefined)!
    const open = match.index + match[0].length - 1
    const close = closing(code, open, '(', ')')
    const body = close === undefined ? undefined : bodyAfter(code, close + 1)
    const end = body === undefined ? undefined : closing(code, body, '{', '}')
    if (close === undefined || end === undefined) return []
    const start = match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0)
    return [measured(code, { name, start, end, parameters: code.slice(open + 1, close) })]
  })
}

/** The brace that opens the body behind a list of parameters; none for a call, whose brace never comes or comes too late. */
function bodyAfter(code: string, at: number): number | undefined {
  const between = /^(?:\s*:[^;{}=]*|\s*->[^;{]*|[^;{}=,()]*)?(?:\s*=>)?\s*\{/.exec(code.slice(at, at + 300))
  return between ? at + between[0].length - 1 : undefined
}

function measureIndented(code: string): MeasuredFunction[] {
  return [...code.matchAll(indented)].flatMap((match) => {
    const open = match.index + match[0].length - 1
    const close = closing(code, open, '(', ')')
    if (close === undefined) return []
    const deeper = code.slice(close).split('\n').slice(1)
    const indent = match[1]!.length
    const stop = deeper.findIndex((line) => line.trim() !== '' && /^[ \t]*/.exec(line)![0].length <= indent)
    const body = stop < 0 ? deeper : deeper.slice(0, stop)
    while (body.length > 0 && body.at(-1)!.trim() === '') body.pop()
    const end = close + ['', ...body].join('\n').length
    return [
      measured(code, { name: match[2]!, start: match.index, end, parameters: code.slice(open + 1, close) }),
    ]
  })
}

interface Span {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly parameters: string
}

function measured(code: string, { name, start, end, parameters }: Span): MeasuredFunction {
  return {
    name,
    line: countLines(code, 0, start),
    lines: countLines(code, start, end),
    parameters: countParameters(parameters),
  }
}

function countLines(code: string, from: number, to: number): number {
  let lines = 1
  for (let at = code.indexOf('\n', from); at >= 0 && at < to; at = code.indexOf('\n', at + 1)) lines++
  return lines
}

/** Commas outside every bracket; a name that a method is called on is none that somebody passes. */
function countParameters(text: string): number {
  let depth = 0
  const parts = ['']
  for (const sign of text) {
    if ('([{<'.includes(sign)) depth++
    if (')]}>'.includes(sign)) depth--
    if (sign === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += sign
  }
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '' && !/^(?:self|cls|&?(?:mut )?self|this\b.*|\/|\*)$/.test(part)).length
}

function closing(code: string, open: number, left: string, right: string): number | undefined {
  let depth = 0
  const limit = left === '(' ? Math.min(code.length, open + furthest) : code.length
  for (let at = open; at < limit; at++) {
    if (code[at] === left) depth++
    else if (code[at] === right && --depth === 0) return at
  }
  return undefined
}

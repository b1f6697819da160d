import { type Found, finding, type LineFormat, type PlaceFormat } from './format.ts'

/** A place as most tools write it at the start of a line, and what follows. */
export interface PlacedText {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly rest: string
}

const place = /^(?![\w.+-]+:\/\/)([^\s:][^:]*\.\w+):(\d+)(?::(\d+))?/

/** `path:line:column` or `path:line` at the start of a line; undefined when there is none. */
export function placeAtStart(text: string): PlacedText | undefined {
  const found = place.exec(text)
  if (!found) return undefined
  return {
    path: found[1]!,
    line: Number(found[2]),
    column: Number(found[3] ?? 1),
    rest: text.slice(found[0].length),
  }
}

/** One format for all tools that begin lines with a place: the first of `formats` that knows what follows has written it. */
export function placesFormat(formats: readonly PlaceFormat[]): LineFormat {
  return {
    tool: 'places',
    open: (sink) => ({
      line(text) {
        const found = placed(text, formats)
        if (found) sink.found(found)
        return found !== undefined
      },
    }),
  }
}

function placed(text: string, formats: readonly PlaceFormat[]): Found | undefined {
  const at = placeAtStart(text)
  if (!at) return undefined
  const { path, line, column, rest } = at
  for (const { tool, match } of formats) {
    const said = match(rest, path)
    if (said) return finding({ tool, path, line, column, ...said })
  }
  return undefined
}

/** A text and the rule in square brackets or round ones at its end, where there is one. */
export function withRule(text: string, open: '[' | '('): { message: string; rule: string | null } {
  const close = open === '[' ? ']' : ')'
  const start = text.lastIndexOf(` ${open}`)
  const rule = start < 0 || !text.endsWith(close) ? '' : text.slice(start + 2, -1)
  if (!/^[\w@/-]{1,80}$/.test(rule)) return { message: text, rule: null }
  return { message: text.slice(0, start).trimEnd(), rule }
}

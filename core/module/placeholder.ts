/** `[PROJECT_CONFIG: a.b | DEFAULT: x]`: what a text leaves to the project. */
export interface Placeholder {
  /** The value that is meant, names joined by dots, the last of them enough. */
  readonly path: string
  /** Null when the text has none. */
  readonly default: string | null
  /** UTF-16 offsets in the text that holds it. */
  readonly start: number
  readonly end: number
}

const opening = '[PROJECT_CONFIG:'
const longest = 400
const form =
  /^\[PROJECT_CONFIG:[ \t]*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)[ \t]*(?:\|[ \t]*DEFAULT:[ \t]*([^\]\r\n]*))?\]/

/** The placeholders of a text in order of place. What only looks like one (`[PROJECT_CONFIG: …]`, `commands.*`) is text. */
export function findPlaceholders(text: string, from = 0): Placeholder[] {
  const found: Placeholder[] = []
  for (let at = text.indexOf(opening, from); at >= 0; at = text.indexOf(opening, at + opening.length)) {
    const match = form.exec(text.slice(at, at + longest))
    if (match)
      found.push({
        path: match[1]!,
        default: match[2]?.trim() ?? null,
        start: at,
        end: at + match[0].length,
      })
  }
  return found
}

/** The placeholder that a text is as a whole; undefined for any other text. */
export function readPlaceholder(text: string): Placeholder | undefined {
  const [first] = text.startsWith(opening) ? findPlaceholders(text) : []
  return first?.end === text.length ? first : undefined
}

/** A text with its placeholders replaced by what the project says, else by their defaults; what is left stands in `missing`. */
export function fillPlaceholders(
  text: string,
  valueOf: (path: string) => string | undefined,
): { readonly text: string; readonly missing: readonly Placeholder[] } {
  const missing: Placeholder[] = []
  let filled = ''
  let at = 0
  for (const placeholder of findPlaceholders(text)) {
    const value = valueOf(placeholder.path) ?? placeholder.default
    if (value === null) missing.push(placeholder)
    filled += text.slice(at, placeholder.start) + (value ?? text.slice(placeholder.start, placeholder.end))
    at = placeholder.end
  }
  return { text: filled + text.slice(at), missing }
}

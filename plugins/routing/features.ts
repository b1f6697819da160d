import type { Complexity } from './result.ts'
import { stemsOf, type Word, wordsOf } from './words.ts'

/** What can be seen in a request by itself. */
export interface RequestFeatures {
  readonly text: string
  readonly words: readonly Word[]
  /** How many of the words belong to what is wanted first: those before a "then" or a semicolon. */
  readonly first: number
  /** The command that it begins with: `/task src/a.ts`. */
  readonly named: string | null
  /** Words that look like paths of files or folders. */
  readonly paths: readonly string[]
  /** Texts in quotes or backquotes, and words that can only be names of code. */
  readonly names: readonly string[]
  /** True when it asks what is, or which one: then its verb tells what something does, not what is to be done. */
  readonly asks: boolean
  /** How many things it asks for. */
  readonly wishes: number
}

/** Longer requests are read as far as this. */
const longestRequest = 4_000

/** What can be seen in a request; its first four thousand characters are read. */
export function featuresOf(request: string): RequestFeatures {
  const text = request.slice(0, longestRequest).trim()
  const quoted = [...text.matchAll(/"([^"]{1,200})"|`([^`]{1,200})`/g)].map((match) => match[1] ?? match[2]!)
  const tokens = text.split(/\s+/)
  const paths = tokens.map((token) => token.replace(/^[("'`]+|[)"'`.,;:?!]+$/g, '')).filter(isPath)
  const identifiers = tokens.map((token) => token.replace(/[^\w$]/g, '')).filter(isIdentifier)
  return {
    text,
    words: wordsOf(text),
    first: wordsOf(text.split(/\b(?:and )?then\b|;/i, 1)[0]!).length,
    named: /^\/([a-z][\w:-]*)/i.exec(text)?.[1]?.toLowerCase() ?? null,
    paths,
    names: [...new Set([...quoted, ...identifiers])],
    asks: /^(?:which|what|who|is|are|does|has)\b/i.test(text),
    wishes:
      1 +
      (text.match(
        /\band then\b|\bthen\b|\balso\b|;|\band (?=(?:add|fix|write|update|check|run|make|create|test|document|remove)\b)/gi,
      )?.length ?? 0),
  }
}

function isPath(token: string): boolean {
  return (
    /^(?:\.{0,2}\/)?[\w@.-]+(?:\/[\w@.*-]+)+\/?$/.test(token) ||
    /^[\w-]+\.(?:[jt]sx?|mjs|cjs|py|go|rs|rb|java|md|json|ya?ml|toml|css|html)$/.test(token)
  )
}

function isIdentifier(token: string): boolean {
  return /^[a-z]+[A-Z]\w*$|^[A-Z][a-z]+[A-Z]\w*$|^\w+_\w+$/.test(token)
}

const large = new Set(
  stemsOf(
    'architecture migrate migration redesign rewrite everywhere entire whole across system framework integrate all every',
  ),
)

/** By what a request asks for: how many things, how far they reach, how much has to be said. */
export function complexityOf({ words, wishes, paths }: RequestFeatures): Complexity {
  const reach = words.filter(({ stem }) => large.has(stem)).length
  const weight =
    (wishes - 1) * 2 + Math.min(reach, 3) + Math.max(0, paths.length - 1) + (words.length > 25 ? 2 : 0)
  return weight >= 4 ? 'complex' : weight >= 1 ? 'moderate' : 'simple'
}

import { createRequire } from 'node:module'
import type * as minimatch from 'minimatch'
import type { Diagnostic } from './diagnostic.ts'
import type { Result } from './result.ts'
import { done, failed } from './result.ts'

/** A compiled pattern over paths with `/` between folders. */
export interface Glob {
  readonly pattern: string
  /** The folders before the first wildcard, joined by `/`; the whole path when there is none. */
  readonly prefix: string
  /** True when the pattern has no wildcard: it names one path. */
  readonly literal: boolean
  matches(path: string): boolean
}

const require = createRequire(import.meta.url)
const longestPattern = 256
const mostWildcards = 16
const mostAlternatives = 64
const options: minimatch.MinimatchOptions = { dot: true, nonegate: true, nocomment: true, platform: 'linux' }
const magic = /[*?[\]{}()!+@]/

/** Compiles a pattern; refuses with GLOB_LIMIT what is too long, or has too many wildcards or alternatives. Dots are ordinary. */
export function compileGlob(pattern: string): Result<Glob> {
  const written = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
  const { prefix, literal } = literalPart(written)
  if (literal) return done({ pattern, prefix, literal, matches: (path) => path === prefix })
  const excess = findExcess(written)
  if (excess) return failed(limit(pattern, excess))
  const ending = endingIn(written)
  if (ending !== undefined) return done({ pattern, prefix, literal, matches: endsBelow(prefix, ending) })
  let compiled: minimatch.Minimatch | undefined
  const matches = (path: string): boolean => {
    compiled ??= new (loadMinimatch().Minimatch)(written, options)
    return compiled.match(path)
  }
  return done({ pattern, prefix, literal, matches })
}

/** What names of files end with where the rest of the pattern lets every file below the prefix pass. */
function endingIn(pattern: string): string | undefined {
  const rest = /(?:^|\/)\*\*\/\*((?:\.[\w-]+)+)$/.exec(pattern)
  if (!rest) return undefined
  const before = pattern.slice(0, rest.index)
  return escapeGlob(literalPart(before).prefix) === before ? rest[1] : undefined
}

function endsBelow(prefix: string, ending: string): (path: string) => boolean {
  const start = prefix === '' ? '' : `${prefix}/`
  return (path) => path.endsWith(ending) && path.startsWith(start)
}

/** The pattern that names exactly this path, whatever characters are in it. */
export function escapeGlob(path: string): string {
  return path.replace(/[*?[\]{}()!+@\\]/g, '\\$&')
}

/** Loaded for the first path that is matched, since it takes longer to load than a small framework to check. */
function loadMinimatch(): typeof minimatch {
  return require('minimatch') as typeof minimatch
}

function literalPart(pattern: string): { prefix: string; literal: boolean } {
  const segments: string[] = []
  for (const segment of pattern.split('/')) {
    if (magic.test(segment.replace(/\\./g, ''))) return { prefix: segments.join('/'), literal: false }
    if (segment !== '' && segment !== '.') segments.push(segment.replace(/\\(.)/g, '$1'))
  }
  return { prefix: segments.join('/'), literal: true }
}

function findExcess(pattern: string): string | undefined {
  if (pattern.length > longestPattern) return `is longer than ${longestPattern} characters`
  const wildcards = pattern.replace(/\\./g, '').match(/\*+|\?|\[|[!+@]\(/g)?.length ?? 0
  if (wildcards > mostWildcards) return `has more than ${mostWildcards} wildcards`
  if (countAlternatives(pattern) > mostAlternatives)
    return `stands for more than ${mostAlternatives} patterns`
  return undefined
}

/** How many patterns the braces stand for; no further than is asked for. Lists inside each other, ranges and escapes are expanded. */
function countAlternatives(pattern: string): number {
  const lists = pattern.match(/\{[^{}]*\}/g) ?? []
  if (!/\\|\.\.|\$\{/.test(pattern) && !/[{}]/.test(pattern.replace(/\{[^{}]*\}/g, '')))
    return lists.reduce((product, list) => product * list.split(',').length, 1)
  const bounded = { ...options, braceExpandMax: mostAlternatives + 1 }
  return loadMinimatch().minimatch.braceExpand(pattern, bounded).length
}

function limit(pattern: string, why: string): Diagnostic {
  const shown = pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern
  return {
    code: 'GLOB_LIMIT',
    severity: 'error',
    message: `The pattern "${shown}" ${why}.`,
    hint: 'Write a shorter pattern, or several.',
  }
}

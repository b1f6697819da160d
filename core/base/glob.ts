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
  const { Minimatch } = loadMinimatch()
  const compiled = new Minimatch(written, options)
  return done({ pattern, prefix, literal, matches: (path) => compiled.match(path) })
}

/** The pattern that names exactly this path, whatever characters are in it. */
export function escapeGlob(path: string): string {
  return path.replace(/[*?[\]{}()!+@\\]/g, '\\$&')
}

/** Loaded for the first wildcard, since it takes longer to load than a small framework to check. */
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
  const alternatives = loadMinimatch().minimatch.braceExpand(pattern, {
    ...options,
    braceExpandMax: mostAlternatives + 1,
  }).length
  if (alternatives > mostAlternatives) return `stands for more than ${mostAlternatives} patterns`
  return undefined
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

import { compileGlob, type Glob } from '../base/glob.ts'
import { fail, HeddleError } from '../base/diagnostic.ts'
import { foldName } from './fold-name.ts'

/** A deny rule; it matches a path by any run of its segments, so at any depth, and everything below. */
export interface Rule {
  readonly text: string
  /** What the last name of every match looks like, folded; undefined where that cannot be said. */
  readonly lastName: RegExp | undefined
  /** `segments` are folded names. */
  matches(segments: readonly string[]): boolean
}

/**
 * The rule that `text` means: `secrets`, `secrets/`, `/secrets/**`, `./Secrets` and `**\/secrets` are one. Throws
 * `DENY_RULE` for what could never match, since a rule that does nothing is taken for one that protects.
 */
export function compileRule(text: string): Rule {
  const written = text.trim().replace(/\\(?![[\]{}()!+@\\])/g, '/')
  const steps = written.split('/').filter((step) => step !== '' && step !== '.')
  if (written.startsWith('!')) refuse(text, 'begins with "!"; rules only close, they never open')
  if (steps.includes('..')) refuse(text, 'has ".."')
  while (steps.length > 1 && steps[0] === '**') steps.shift()
  while (steps.length > 1 && steps.at(-1) === '**') steps.pop()
  if (steps.length === 0) refuse(text, 'names nothing')
  const folded = steps.map((step) => foldName(step.replace(/^([^*?]+?)[. ]+$/, '$1')))
  if (/[[{(\\]/.test(written)) return { text, lastName: undefined, matches: matchGlob(folded.join('/')) }
  const last = compileStep(folded.at(-1)!)
  return { text, lastName: last === 'any' ? undefined : last, matches: matchSteps(folded) }
}

/** Brackets, braces and the like: rare, so that every run of segments may be tried. */
function matchGlob(pattern: string): Rule['matches'] {
  const compiled = compileGlob(pattern)
  if (!compiled.ok) throw new HeddleError(compiled.diagnostic)
  const glob: Glob = compiled.value
  return (segments) =>
    segments.some((_, from) =>
      segments
        .slice(from)
        .some((_, length) => glob.matches(segments.slice(from, from + length + 1).join('/'))),
    )
}

function matchSteps(steps: readonly string[]): Rule['matches'] {
  const tests = steps.map(compileStep)
  const fits = (segments: readonly string[], at: number, step: number): boolean => {
    const test = tests[step]
    if (test === undefined) return true
    if (test === 'any') return segments.slice(at).some((_, skip) => fits(segments, at + skip, step + 1))
    const segment = segments[at]
    return segment !== undefined && test.test(segment) && fits(segments, at + 1, step + 1)
  }
  return (segments) => segments.some((_, at) => fits(segments, at, 0))
}

function compileStep(step: string): RegExp | 'any' {
  if (step === '**') return 'any'
  const source = step
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 'su')
}

function refuse(text: string, why: string): never {
  fail(
    'DENY_RULE',
    `The deny rule "${text}" ${why}.`,
    'Write a glob of paths to close, such as "secrets/**".',
  )
}

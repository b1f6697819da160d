import { compileGlob, type Glob } from '../base/glob.ts'
import { type Diagnostic, fail, HeddleError } from '../base/diagnostic.ts'
import type { Source } from './gather.ts'
import type { TokenizerName } from './tokenizer.ts'

/** For whom a context is written: `plain` text, documents in tags, or one markdown document. */
export type Audience = 'plain' | 'claude' | 'agents-md'

/** All of them, in the order in which they are named to people. */
export const audiences: readonly Audience[] = ['plain', 'claude', 'agents-md']

/** True for the name of an audience. */
export function isAudience(text: string): text is Audience {
  return audiences.includes(text as Audience)
}

/** What the key `context` of the configuration may say. */
export interface ContextConfig {
  /** Tokens that a context may have at most; 200 000 when left out. */
  readonly budget?: number
  readonly for?: Audience
  /** `auto` when left out: what is installed, otherwise characters / 4. */
  readonly tokenizer?: TokenizerName
  /** By globs of ids: what has a higher number stays longer. The first that fits counts, before what a module says of itself. */
  readonly priorities?: Readonly<Record<string, number>>
  /** Globs of ids that change often, and therefore come late. */
  readonly volatile?: readonly string[]
  /** The share of an earlier output, from 0 to 1, that may lose its place before that is an error. */
  readonly maxInvalidated?: number
}

/** A source with what its author and the configuration say of its place. */
export interface Weighed extends Source {
  readonly priority: number
  readonly isVolatile: boolean
}

/** Weighs sources by the configuration and by the key `context` of their front matter; what is written wrongly is noted. */
export function weigh(
  sources: readonly Source[],
  config: ContextConfig,
  note: (diagnostic: Diagnostic) => void,
): Weighed[] {
  const priorities = Object.entries(config.priorities ?? {}).map(
    ([pattern, priority]) => [globOf(pattern), priority] as const,
  )
  const volatile = (config.volatile ?? []).map(globOf)
  return sources.map((source) => {
    const own = readOwn(source, note)
    const configured = priorities.find(([glob]) => glob.matches(source.id))?.[1]
    return {
      ...source,
      priority: configured ?? own.priority,
      isVolatile:
        own.volatile ??
        (source.isArtefact || source.module === null || volatile.some((glob) => glob.matches(source.id))),
    }
  })
}

function globOf(pattern: string): Glob {
  const glob = compileGlob(pattern)
  if (!glob.ok) throw new HeddleError(glob.diagnostic)
  return glob.value
}

function readOwn(
  { id, module }: Source,
  note: (diagnostic: Diagnostic) => void,
): { priority: number; volatile: boolean | undefined } {
  const own = module?.metadata['context']
  if (own === undefined || own === null) return { priority: 0, volatile: undefined }
  const { priority = 0, volatile } = (typeof own === 'object' ? own : { priority: null }) as {
    priority?: unknown
    volatile?: unknown
  }
  const isNumber = typeof priority === 'number' && Number.isFinite(priority)
  if (!isNumber || (volatile !== undefined && typeof volatile !== 'boolean')) note(wrongKey(id))
  return {
    priority: isNumber ? priority : 0,
    volatile: typeof volatile === 'boolean' ? volatile : undefined,
  }
}

function wrongKey(path: string): Diagnostic {
  return {
    code: 'MODULE_METADATA',
    severity: 'warning',
    message: 'The key "context" should hold a number as "priority", and true or false as "volatile".',
    hint: 'Write context: { priority: 10 }, or remove it.',
    at: { path, line: 1, column: 1 },
  }
}

/** The budget, when it is one; throws CONTEXT_BUDGET for what is no whole number from 1 on. */
export function checkBudget(budget: number): number {
  if (Number.isSafeInteger(budget) && budget >= 1) return budget
  return fail(
    'CONTEXT_BUDGET',
    `A budget is a whole number of tokens from 1 on, not ${budget}.`,
    'Give one such as 200000.',
  )
}

import { compileGlob } from '../base/glob.ts'
import { parsePath } from '../vfs/gate.ts'
import type { DeclarableKind } from './module-group.ts'

/** What is wrong with an operation that a module declares, and what to do. */
export interface OperationFault {
  readonly message: string
  readonly hint: string
}

const longestPattern = 2_000

/** The fields of each kind, its main one first: it may stand in place of the whole input. */
export const fieldsOf: Readonly<Record<DeclarableKind, readonly [string, ...string[]]>> = {
  read: ['path', 'offset', 'limit'],
  list: ['path'],
  glob: ['pattern', 'patterns', 'path', 'ignore'],
  grep: ['pattern', 'path', 'glob', 'ignoreCase', 'multiline', 'context', 'outputMode'],
  todo: ['todos'],
  bash: ['program', 'arguments', 'cwd', 'reads', 'writes', 'scratch'],
}

/** The first thing that keeps an input from being used; undefined when there is none. What is filled in later is not looked at. */
export function faultOf(
  kind: DeclarableKind,
  input: Readonly<Record<string, unknown>>,
): OperationFault | undefined {
  const known = fieldsOf[kind]
  const stranger = Object.keys(input).find((key) => !known.includes(key))
  if (stranger === 'command')
    return {
      message: 'A module cannot give a line for a shell.',
      hint: 'Name a program and its arguments: bash: { program: git, arguments: [status] }.',
    }
  if (stranger !== undefined)
    return { message: `A ${kind} has no "${stranger}".`, hint: `It has ${known.join(', ')}.` }
  const texts = (key: string): readonly string[] => [input[key]].flat().filter(isSettled)
  for (const key of ['path', 'cwd']) {
    const outside = texts(key).find((path) => !parsePath(path).ok)
    if (outside !== undefined)
      return { message: `"${outside}" leads out of the project.`, hint: 'Write a path below its root.' }
  }
  const globs = [...(kind === 'glob' ? [...texts('pattern'), ...texts('patterns')] : []), ...texts('glob')]
  return (
    globFault([...globs, ...texts('ignore')]) ?? (kind === 'grep' ? regexFault(texts('pattern')) : undefined)
  )
}

function globFault(patterns: readonly string[]): OperationFault | undefined {
  for (const pattern of patterns) {
    if (/(?:^|\/)\.\.(?:\/|$)/.test(pattern))
      return { message: `"${pattern}" leads out of the project.`, hint: 'Write a pattern below its root.' }
    const compiled = compileGlob(pattern)
    if (!compiled.ok) return { message: compiled.diagnostic.message, hint: compiled.diagnostic.hint ?? '' }
  }
  return undefined
}

function regexFault(patterns: readonly string[]): OperationFault | undefined {
  for (const pattern of patterns) {
    const shown = pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern
    if (pattern.length > longestPattern)
      return {
        message: `"${shown}" is longer than ${longestPattern} characters.`,
        hint: 'Write several expressions.',
      }
    try {
      void new RegExp(pattern)
    } catch {
      return {
        message: `"${shown}" is no regular expression.`,
        hint: 'Escape the characters that stand for themselves with a backslash.',
      }
    }
  }
  return undefined
}

/** True for texts that say all now; others wait for arguments, settings or the project's values. */
function isSettled(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('${') && !value.includes('[PROJECT_CONFIG:')
}

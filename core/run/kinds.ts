import type { ZodType } from 'zod'
import type { Diagnostic } from '../base/diagnostic.ts'
import { messageOf } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'
import { buildSchema } from '../base/schema.ts'
import type { OperationKind } from './operation.ts'

/** A kind with its schemas built; types of inputs and outputs are known to the kind alone. */
export interface ReadyKind {
  readonly kind: OperationKind
  readonly input: ZodType
  readonly output: ZodType
}

/** The kinds that a run uses. */
export interface Kinds {
  /** Builds what is needed for these kinds; must have settled before `get` is asked for them. */
  prepare(names: Iterable<string>): Promise<void>
  /** The kind, or why it cannot be used: `KIND_UNKNOWN`, `KIND_INVALID`. */
  get(name: string): Result<ReadyKind>
}

/** Kinds found by `lookup`, each looked up and built once. */
export function createKinds(lookup: (kind: string) => OperationKind | undefined): Kinds {
  const known = new Map<string, Result<ReadyKind>>()
  return {
    async prepare(names) {
      const missing = [...new Set(names)].filter((name) => !known.has(name))
      const ready = await Promise.all(missing.map((name) => makeReady(name, lookup)))
      for (const [index, name] of missing.entries()) known.set(name, ready[index]!)
    },
    get: (name) => known.get(name) ?? failed(unknownKind(name)),
  }
}

async function makeReady(
  name: string,
  lookup: (kind: string) => OperationKind | undefined,
): Promise<Result<ReadyKind>> {
  try {
    const kind = lookup(name)
    if (!kind) return failed(unknownKind(name))
    const [input, output] = await Promise.all([buildSchema(kind.input), buildSchema(kind.output)])
    return done({ kind, input, output })
  } catch (thrown) {
    return failed({
      code: 'KIND_INVALID',
      severity: 'error',
      message: `The operation kind "${name}" cannot be used: ${messageOf(thrown)}`,
      hint: 'Correct its definition.',
    })
  }
}

/** The checked input, or INPUT_INVALID with the field that is wrong. */
export function checkInput(name: string, schema: ZodType, input: unknown): Result<unknown> {
  const wrong = findWrong(schema, input)
  if ('value' in wrong) return done(wrong.value)
  const field = wrong.field === '' ? 'The input' : `The input "${wrong.field}"`
  return failed({
    code: 'INPUT_INVALID',
    severity: 'error',
    message: `${field} of "${name}" is wrong: ${wrong.message}.`,
    hint: 'Correct the operation.',
  })
}

/** The checked output, or OUTPUT_INVALID with the kind at fault. */
export function checkOutput(kind: string, schema: ZodType, output: unknown): Result<unknown> {
  const wrong = findWrong(schema, output)
  if ('value' in wrong) return done(wrong.value)
  const field = wrong.field === '' ? '' : ` at "${wrong.field}"`
  return failed({
    code: 'OUTPUT_INVALID',
    severity: 'error',
    message: `The operation kind "${kind}" gave an output that is not what it promises${field}: ${wrong.message}.`,
    hint: 'Report this to the author of the kind.',
  })
}

/** Reading a hostile value may throw; that too is an answer. */
function findWrong(schema: ZodType, value: unknown): { value: unknown } | { field: string; message: string } {
  try {
    const checked = schema.safeParse(value)
    if (checked.success) return { value: checked.data }
    const issue = checked.error.issues[0]!
    const keys = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys : []
    return {
      field: [...issue.path, ...keys].map(String).join('.'),
      message: issue.message.replace(/^Invalid input: /, ''),
    }
  } catch (thrown) {
    return { field: '', message: messageOf(thrown) }
  }
}

function unknownKind(name: string): Diagnostic {
  return {
    code: 'KIND_UNKNOWN',
    severity: 'error',
    message: `No plugin gives the operation kind "${name}".`,
    hint: 'Add the plugin, or use a kind that `heddle list operations` shows.',
  }
}

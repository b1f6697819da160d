import type { core } from 'zod'
import { findNearest } from '../base/nearest.ts'
import { buildSchema } from '../base/schema.ts'
import { configSchema } from '../config.ts'

/** What is wrong with a value, in words. */
export interface ExplainedIssue {
  readonly key: string
  readonly message: string
  readonly hint: string
  /** True when a key is unknown. */
  readonly isKey: boolean
}

type Issue = core.$ZodIssue
type Node = core.JSONSchema.BaseSchema

/** Says which key is wrong and what would be right; of alternatives, the one that was nearest to fit. */
export async function explainIssue(issue: Issue): Promise<ExplainedIssue> {
  const { path, ...found } = deepest(issue, [])
  const unknown = found.code === 'unrecognized_keys' ? found.keys[0] : undefined
  const key = asKey(unknown === undefined ? path : [...path, unknown])
  if (unknown === undefined)
    return { key, message: found.message.replace(/\.$/, ''), hint: 'Correct it.', isKey: false }
  const known = await keysAt(path)
  const [near] = findNearest(unknown, known, 1)
  const hint = near ? `Did you mean "${near.value}"?` : `Known keys: ${known.join(', ')}.`
  return { key, message: 'there is no such key', hint, isKey: true }
}

function deepest(issue: Issue, above: readonly PropertyKey[]): Issue {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return { ...issue, path }
  const inner = issue.errors.flatMap((issues) => issues.map((one) => deepest(one, path)))
  const nearest = inner.filter((one) => one.path.length > path.length || one.code === 'unrecognized_keys')
  const [best] = nearest.toSorted((a, b) => b.path.length - a.path.length)
  if (best) return best
  return {
    ...issue,
    path,
    message:
      issue.message === 'Invalid input' ? inner.map(({ message }) => message).join(', or ') : issue.message,
  }
}

function asKey(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')
}

/** Keys of the objects that may stand at a path. */
async function keysAt(path: readonly PropertyKey[]): Promise<readonly string[]> {
  const { z } = await import('zod')
  const schema = z.toJSONSchema(await buildSchema(configSchema), { unrepresentable: 'any', io: 'input' })
  let nodes: readonly Node[] = alternatives(schema)
  for (const part of path)
    nodes = nodes.flatMap(({ properties, items, additionalProperties }) =>
      alternatives(
        (typeof part === 'number' ? items : (properties?.[String(part)] ?? additionalProperties)) as
          | Node
          | undefined,
      ),
    )
  const named = nodes.flatMap(({ properties = {}, propertyNames }) => [
    ...Object.keys(properties),
    ...((propertyNames as { enum?: readonly string[] } | undefined)?.enum ?? []),
  ])
  return [...new Set(named)]
}

function alternatives(node: Node | boolean | undefined): readonly Node[] {
  if (node === undefined || typeof node === 'boolean') return []
  return node.anyOf ? node.anyOf.flatMap((one) => alternatives(one)) : [node]
}

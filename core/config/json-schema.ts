import { buildSchema } from '../base/schema.ts'
import { configSchema, dataKeys } from '../config.ts'

type Node = Record<string, unknown>

/** The JSON schema of a configuration as plain data, for editors: `core/config/schema.json` in the package. */
export async function jsonSchemaOfConfig(): Promise<Node> {
  const { z } = await import('zod')
  const { properties, $defs } = z.toJSONSchema(await buildSchema(configSchema), {
    unrepresentable: 'any',
    io: 'input',
  }) as { properties: Node; $defs?: Node }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'heddle.config.json',
    description: 'Where the modules of a framework are. What runs is said in heddle.config.ts.',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(dataKeys.map((key) => [key, withoutCode(properties[key])])),
    },
    additionalProperties: false,
    ...($defs && { $defs }),
  }
}

/** Leaves out alternatives that no JSON can say: configurations and files as objects of code. */
function withoutCode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCode)
  if (value === null || typeof value !== 'object') return value
  const { anyOf, ...rest } = value as Node
  const plain = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withoutCode(inner)]))
  if (!Array.isArray(anyOf)) return plain
  const sayable = (anyOf as readonly Node[]).filter((one) => Object.keys(one).length > 0).map(withoutCode)
  return sayable.length === 1 ? { ...plain, ...(sayable[0] as Node) } : { ...plain, anyOf: sayable }
}

import type { z, ZodType } from 'zod'

/**
 * A schema that is written with zod but does not load it: a function of the zod namespace, called when the first value
 * must be checked. zod costs more to import than a small framework costs to check.
 */
export type Schema<T> = (zod: typeof z) => ZodType<T>

const built = new WeakMap<Schema<never>, ZodType>()

/** Loads zod on first use and gives the schema built; the same schema function is built once. */
export async function buildSchema<T>(schema: Schema<T>): Promise<ZodType<T>> {
  const known = built.get(schema as Schema<never>)
  if (known) return known as ZodType<T>
  const { z } = await import('zod')
  const made = schema(z)
  built.set(schema as Schema<never>, made)
  return made
}

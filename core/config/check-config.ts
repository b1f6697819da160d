import { HeddleError, shortMessageOf } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import { buildSchema } from '../base/schema.ts'
import { type Config, configSchema, dataKeys, merging } from '../config.ts'
import { type ConfigFile, isData, refuse } from './config-file.ts'
import { explainIssue } from './explain-issue.ts'

/** Deeper or larger is no configuration. */
const mostLevels = 32
const mostValues = 100_000

/** Every key that a configuration may have. */
export const configKeys: readonly string[] = ['extends', ...Object.keys(merging)]

/**
 * What a file or a preset gave, as a configuration. Rejects with CONFIG_BROKEN for what is no object, CONFIG_LIMIT, CONFIG_KEY for
 * keys that are unknown or that plain data may not have, and CONFIG_VALUE; `what` is how the configuration is called.
 */
export async function checkConfig(
  value: unknown,
  from: ConfigFile,
  what = `"${from.name}"`,
): Promise<Config> {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Promise)
    refuse(from, {
      code: 'CONFIG_BROKEN',
      message: `${what} gives ${described(value)}, and a configuration is an object.`,
      hint: isData(from) ? 'Write { … }.' : 'Export one: export default defineConfig({ … }).',
    })
  try {
    measure(value, from, what)
    const { $schema: _, ...given } = value as Record<string, unknown>
    refuseUnknown(Object.keys(given), from, what)
    const parsed = (await buildSchema(configSchema)).safeParse(given)
    if (parsed.success) return parsed.data
    const { key, message, hint, isKey } = await explainIssue(parsed.error.issues[0]!)
    return refuse(from, {
      code: isKey ? 'CONFIG_KEY' : 'CONFIG_VALUE',
      message: `"${key}" in ${what} cannot be used: ${message}.`,
      hint,
      key,
    })
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown
    return refuse(from, {
      code: 'CONFIG_BROKEN',
      message: `${what} cannot be read: ${shortMessageOf(thrown)}`,
      hint: 'Give plain values.',
      cause: thrown,
    })
  }
}

function refuseUnknown(keys: readonly string[], from: ConfigFile, what: string): void {
  for (const key of keys) {
    if (!configKeys.includes(key)) {
      const [near] = findNearest(key, configKeys, 1)
      const hint = near ? `Did you mean "${near.value}"?` : `Known keys: ${configKeys.join(', ')}.`
      refuse(from, { code: 'CONFIG_KEY', message: `${what} has an unknown key "${key}".`, hint, key })
    }
    if (isData(from) && !dataKeys.includes(key as never))
      refuse(from, {
        code: 'CONFIG_KEY',
        message: `${what} is plain data and cannot set "${key}".`,
        hint: 'Use heddle.config.ts for it.',
        key,
      })
  }
}

/** Refuses what nests too deep, holds too much, or has keys by which objects get at each other. Files and plugins count as one. */
function measure(value: object, from: ConfigFile, what: string): void {
  let values = 0
  const visit = (value: unknown, key: string, level: number): void => {
    if (++values > mostValues) tooMuch(from, `${what} holds more than ${mostValues} values.`)
    if (level > mostLevels) tooMuch(from, `${what} nests deeper than ${mostLevels} levels.`, key)
    if (value === null || typeof value !== 'object') return
    if (Array.isArray(value))
      return value.forEach((entry, index) => visit(entry, `${key}[${index}]`, level + 1))
    if (!isPlain(value)) return
    for (const name of Object.keys(value)) {
      const path = key === '' ? name : `${key}.${name}`
      if (name === '__proto__') refuseName(from, what, path)
      if (path !== 'plugins') visit((value as Record<string, unknown>)[name], path, level + 1)
    }
  }
  visit(value, '', 0)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // Configurations that are loaded anew come from no other realm, but may be made without a prototype.
  return (prototype === null || prototype === Object.prototype) && !('read' in value)
}

function tooMuch(from: ConfigFile, message: string, key?: string): never {
  return refuse(from, { code: 'CONFIG_LIMIT', message, hint: 'Say less.', ...(key && { key }) })
}

function refuseName(from: ConfigFile, what: string, key: string): never {
  return refuse(from, {
    code: 'CONFIG_KEY',
    message: `${what} has the key "__proto__", which is refused.`,
    hint: 'Take it out.',
    key,
  })
}

function described(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Promise) {
    value.catch(() => {})
    return 'a promise'
  }
  return typeof value === 'function' ? 'a function' : `a ${typeof value}`
}

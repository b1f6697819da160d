import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '../base/diagnostic.ts'

/** The names at which a folder's configuration is looked for. */
export const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json'].map(
  (ending) => `heddle.config.${ending}`,
)

/** The configuration file of a folder, or undefined when there is none. Two of them are a fault: CONFIG_TWICE. */
export function findConfig(folder: string): string | undefined {
  const found = configNames.filter((name) => existsSync(join(folder, name)))
  if (found.length > 1)
    fail('CONFIG_TWICE', `There are two configurations: ${found.join(' and ')}.`, 'Keep one of them.')
  return found[0]
}

import { fail } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Module } from '../module/module.ts'

/** Arguments as a caller gives them: by name, or in order as the module declares them. */
export interface GivenArguments {
  readonly positional?: readonly string[]
  readonly named?: Readonly<Record<string, string>>
}

/**
 * The arguments of a command by name, defaults filled in. The last declared argument takes all remaining words. Throws
 * ARGUMENT_UNKNOWN, ARGUMENT_MISSING or ARGUMENT_TWICE, each with the usage line.
 */
export function readArguments(command: Module, given: GivenArguments): Record<string, string> {
  const usage = `Usage: heddle run ${usageOf(command)}`
  const declared = command.arguments
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(given.named ?? {})) {
    if (!declared.some((argument) => argument.name === name))
      unknown(
        name,
        declared.map((argument) => argument.name),
        usage,
      )
    values.set(name, value)
  }
  const open = declared.filter(({ name }) => !values.has(name))
  const words = given.positional ?? []
  if (words.length > 0 && open.length === 0) {
    fail('ARGUMENT_UNKNOWN', `"${words[0]}" is one argument too many for "${command.name}".`, usage)
  }
  for (const [index, { name }] of open.entries()) {
    const isLast = index === open.length - 1
    const value = isLast ? words.slice(index).join(' ') : words[index]
    if (value !== undefined && (value !== '' || index < words.length)) values.set(name, value)
  }
  for (const { name, required, default: fallback } of declared) {
    if (values.has(name)) continue
    if (fallback !== undefined) values.set(name, fallback)
    else if (required)
      fail('ARGUMENT_MISSING', `The command "${command.name}" needs the argument "${name}".`, usage)
  }
  return Object.fromEntries(values)
}

/** The words of a command and its arguments: `task <component>`, optional ones in brackets. */
export function usageOf(command: Module): string {
  const words = command.arguments.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))
  return [command.name, ...words].join(' ')
}

function unknown(name: string, names: readonly string[], usage: string): never {
  const [near] = findNearest(name, names, 1)
  return fail(
    'ARGUMENT_UNKNOWN',
    `There is no argument "${name}".`,
    near ? `Did you mean "${near.value}"? ${usage}` : usage,
  )
}

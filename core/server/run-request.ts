import { HeddleError } from '../base/diagnostic.ts'
import type { GivenArguments } from '../plugin/command.ts'

/** What is to be run, and how it differs from the defaults. */
export interface RunRequest {
  readonly command: string
  readonly given: GivenArguments
  readonly serial?: boolean
  readonly concurrency?: number
  readonly commit?: 'passed' | 'always' | 'never'
}

const named = /^[A-Za-z][\w-]{0,99}$/

/** A request to run as it comes from outside; throws RUN_REQUEST for what cannot be one. */
export function readRunRequest(body: unknown): RunRequest {
  const { command, arguments: given, serial, concurrency, commit } = asObject(body)
  const { positional = [], named: byName = {} } = asObject(given ?? {})
  if (typeof command !== 'string' || command === '') wrong('"command" is the name of a command.')
  if (!Array.isArray(positional) || !positional.every((word) => typeof word === 'string'))
    wrong('"arguments.positional" is a list of texts.')
  const names = Object.entries(asObject(byName))
  if (!names.every(([name, value]) => named.test(name) && typeof value === 'string'))
    wrong('"arguments.named" has a text for each name.')
  if (serial !== undefined && typeof serial !== 'boolean') wrong('"serial" is true or false.')
  if (concurrency !== undefined && !isConcurrency(concurrency))
    wrong('"concurrency" is a number from 1 to 1024.')
  if (commit !== undefined && commit !== 'passed' && commit !== 'always' && commit !== 'never')
    wrong('"commit" is "passed", "always" or "never".')
  return {
    command,
    given: { positional, named: Object.fromEntries(names) as Record<string, string> },
    ...(serial === undefined ? {} : { serial }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(commit === undefined ? {} : { commit }),
  }
}

/** What a request says besides the command and its arguments. */
export function optionsOf({
  serial,
  concurrency,
  commit,
}: RunRequest): Omit<RunRequest, 'command' | 'given'> {
  return {
    ...(serial === undefined ? {} : { serial }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(commit === undefined ? {} : { commit }),
  }
}

function isConcurrency(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1024
}

function asObject(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) wrong('It is an object.')
  return value as Record<string, unknown>
}

function wrong(why: string): never {
  throw new HeddleError({
    code: 'RUN_REQUEST',
    severity: 'error',
    message: `This is no request to run something: ${why}`,
    hint: 'Send { "command": "…", "arguments": { "positional": [], "named": {} } }.',
  })
}

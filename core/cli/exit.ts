import { HeddleError } from '../index.ts'
import type { Diagnostic } from '../index.ts'

/** Exit codes of the command line. */
export const exit = { clean: 0, found: 1, usage: 2, fault: 3, interrupted: 130 } as const

/** Thrown by commands that have printed all there is to say. */
export class Exit extends Error {
  readonly status: number

  constructor(status: number) {
    super(`exit ${status}`)
    this.name = 'Exit'
    this.status = status
  }
}

const usageCodes = new Set([
  'ARGUMENT_UNKNOWN',
  'ARGUMENT_MISSING',
  'COMMAND_UNKNOWN',
  'COMMAND_EMPTY',
  'NOT_FOUND',
  'READ_ONLY',
  'ROOT_MISSING',
  'REFERENCE_SYNTAX',
  'PATH_MISSING',
  'CONFIDENCE_OUT_OF_RANGE',
  'CONTEXT_BUDGET',
  'TOKENIZER_MISSING',
  'HOST_UNKNOWN',
  'EXECUTOR_UNKNOWN',
  'USAGE',
])

/** The exit code that a diagnostic which ended a command calls for. */
export function exitFor({ code }: Diagnostic): number {
  if (code === 'INTERNAL') return exit.fault
  return usageCodes.has(code) ||
    /^(?:CONFIG_|PLUGIN_|RENAME_|RUN_|OPERATION_(?:UNKNOWN|AMBIGUOUS)$)/.test(code)
    ? exit.usage
    : exit.found
}

/** The exit code for a list of findings: errors count, with `strict` warnings too. */
export function exitForFindings(diagnostics: readonly Diagnostic[], strict: boolean): number {
  const counts = diagnostics.some(
    ({ severity }) => severity === 'error' || (strict && severity === 'warning'),
  )
  return counts ? exit.found : exit.clean
}

/** Throws a fault of usage with its hint. */
export function wrongUsage(message: string, hint: string): never {
  throw new HeddleError({ code: 'USAGE', severity: 'error', message, hint })
}

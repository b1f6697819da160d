import { HeddleError } from '../index.ts'

/** Ends this process; what stands at `process.exit` is a refusal while we run. */
export const leave: (code?: number) => never = process.exit.bind(process)

/**
 * From here on whoever calls process.exit() is thrown a PLUGIN_EXIT instead: a plugin or a configuration that does is named like one
 * that fails, and takes nobody else along.
 */
export function holdExit(): void {
  process.exit = (code): never => {
    throw new HeddleError({
      code: 'PLUGIN_EXIT',
      severity: 'error',
      message: `it called process.exit(${code ?? ''}).`,
      hint: 'Throw an error instead: only heddle ends its process.',
    })
  }
}

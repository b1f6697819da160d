import { type Diagnostic, HeddleError } from 'heddle'

/** The error of this plugin with that code. */
export function queueError(code: string, message: string, hint: string): HeddleError {
  return new HeddleError(queueDiagnostic(code, message, hint))
}

export function queueDiagnostic(code: string, message: string, hint: string): Diagnostic {
  return { code: `queue/${code}`, severity: 'error', plugin: 'queue', message, hint }
}

/** The package, or `queue/package-missing` with what to install. */
export async function requirePackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw queueError(
      'package-missing',
      `The executor "queue" needs the package "${name}", which is not installed.`,
      `Install it: npm install ${name}`,
    )
  }
}

/** A thrown value as data that can travel. */
export interface ThrownData {
  readonly diagnostic?: Diagnostic
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly cause?: ThrownData
}

const deepestCause = 4

export function thrownAsData(thrown: unknown, folder: string | null, depth = 0): ThrownData {
  const clean = (text: string): string =>
    folder === null ? text : text.replaceAll(`${folder}/`, '').replaceAll(folder, '.')
  const { name, message, code, cause } = partsOf(thrown)
  return {
    name,
    message: clean(message),
    ...(thrown instanceof HeddleError && {
      diagnostic: { ...thrown.diagnostic, message: clean(thrown.diagnostic.message) },
    }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && depth < deepestCause && { cause: thrownAsData(cause, folder, depth + 1) }),
  }
}

/** The error that the data tells of: the decisions about trying again are made from it. */
export function thrownFromData({ diagnostic, name, message, code, cause }: ThrownData): Error {
  const options = cause && { cause: thrownFromData(cause) }
  if (diagnostic) return new HeddleError(diagnostic, options)
  const error = new Error(message, options)
  error.name = name
  return code === undefined ? error : Object.assign(error, { code })
}

/** Reading a hostile value may throw. */
function partsOf(thrown: unknown): { name: string; message: string; code?: string; cause?: unknown } {
  try {
    if (!(thrown instanceof Error)) {
      const { code } = (thrown ?? {}) as { code?: unknown }
      const message =
        typeof thrown === 'string' ? thrown : `a thrown ${thrown === null ? 'null' : typeof thrown}`
      return { name: 'Error', message, ...(typeof code === 'string' && { code }) }
    }
    const { code } = thrown as { code?: unknown }
    const { name, message, cause } = thrown
    return {
      name,
      message: message || name,
      ...(typeof code === 'string' && { code }),
      ...(cause !== undefined && { cause }),
    }
  } catch {
    return { name: 'Error', message: 'a thrown value that cannot be read' }
  }
}

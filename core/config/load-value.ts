import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HeddleError, shortMessageOf } from '../base/diagnostic.ts'
import { type ConfigFile, isData, type OnConfigFile, refuse } from './config-file.ts'

/** More is no configuration; plain data is read no further. */
const mostBytes = 1024 * 1024
/** Code that has not come to its end by then is taken to hang. */
const mostMs = 30_000

/** In an object, because whoever awaits a promise or what has a `then` awaits what it stands for. */
export interface Loaded {
  readonly value: unknown
}

/**
 * What a configuration file gives, unchecked. TypeScript runs through tsx, JSON is only read. With `onFile` it is loaded anew with
 * everything that it imports, and each of these files is told. Rejects with CONFIG_BROKEN at the place of the fault, or CONFIG_LIMIT.
 */
export async function loadValue(from: ConfigFile, onFile?: OnConfigFile, withinMs = mostMs): Promise<Loaded> {
  try {
    if (isData(from)) return { value: parseData(from) }
    const isRead = onFile !== undefined || /\.m?ts$/.test(from.file)
    const url = pathToFileURL(from.file).href
    const loading: Promise<unknown> = isRead ? importAnew(url, onFile) : import(url)
    return { value: defaultOf(await inTime(loading, withinMs)) }
  } catch (thrown) {
    if (thrown instanceof HeddleError && thrown.diagnostic.at) throw thrown
    const { findFaultPlace } = await import('./fault-place.ts')
    const { at, message } = await findFaultPlace(from, thrown)
    throw new HeddleError(
      {
        code: 'CONFIG_BROKEN',
        severity: 'error',
        message: `"${from.name}" cannot be loaded: ${message}`,
        hint: 'Mend it, or run with --no-config.',
        at,
      },
      { cause: thrown },
    )
  }
}

/**
 * What an installed package gives as a configuration, found as Node would find it from the file that names it, and the file in its
 * folder that does; its package.json when the loader has not told it by then.
 */
export async function loadPackage(
  name: string,
  { by, key, folder, onFile }: PackageRequest,
): Promise<Loaded & { readonly file: string }> {
  let entry: string | undefined
  const note = (file: string): void => {
    if (file.startsWith(folder + sep)) entry ??= file
    onFile?.(file)
  }
  try {
    const value = defaultOf(await inTime(importAnew(name, note, pathToFileURL(by.file).href), mostMs))
    return { value, file: entry ?? join(folder, 'package.json') }
  } catch (thrown) {
    return refuse(by, {
      code: 'CONFIG_BROKEN',
      message: `The package "${name}", which "${by.name}" extends, cannot be loaded: ${shortMessageOf(thrown)}`,
      hint: 'Mend it or install it again, or take it out of "extends".',
      key,
      cause: thrown,
    })
  }
}

function parseData(from: ConfigFile): unknown {
  const bytes = readFileSync(from.file)
  if (bytes.length <= mostBytes) return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  return refuse(from, {
    code: 'CONFIG_LIMIT',
    message: `"${from.name}" has ${bytes.length} bytes; a configuration may have ${mostBytes}.`,
    hint: 'Say less, or split it by folders.',
  })
}

/** The default export; in a project of CommonJS the whole module stands in it, and is marked. */
function defaultOf(loaded: unknown): unknown {
  const first = (loaded as { default?: unknown }).default
  const isWhole = first !== null && typeof first === 'object' && '__esModule' in first
  return isWhole ? (first as { default?: unknown }).default : first
}

/** Who asks for the configuration of a package, and where that is installed. */
interface PackageRequest {
  readonly by: ConfigFile
  readonly key: string
  readonly folder: string
  readonly onFile: OnConfigFile | undefined
}

async function inTime<T>(loading: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not come to its end within ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([loading, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Each time a world of its own: nothing that was imported before is taken. */
async function importAnew(
  specifier: string,
  onFile: OnConfigFile | undefined,
  parentURL = import.meta.url,
): Promise<unknown> {
  const { tsImport } = await import('tsx/esm/api')
  return tsImport(specifier, {
    parentURL,
    onImport: (file) => {
      if (file.startsWith('file:')) onFile?.(fileURLToPath(file))
    },
  })
}

import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { type Diagnostic, HeddleError, type Place } from '../base/diagnostic.ts'
import { findKeyPlaces } from './key-places.ts'

/** Told of a file that a configuration is made of, by its path on the machine. */
export type OnConfigFile = (file: string) => void

/** A file that holds a configuration. */
export interface ConfigFile {
  /** Its path on the machine. */
  readonly file: string
  /** How people see it: relative to the project's folder. */
  readonly name: string
  /** The folder of the package whose main export it is: code, whatever its file is called. */
  readonly package?: string
}

/** The file as people see it from the project's folder. */
export function configFileAt(file: string, folder: string): ConfigFile {
  return { file, name: relative(folder, file).split(sep).join('/') }
}

/** True for plain data, which says where things are and never what runs. */
export function isData(from: ConfigFile): boolean {
  return from.package === undefined && from.file.endsWith('.json')
}

/** True for what one and the same layer is read from. */
export function isSameConfig(one: ConfigFile, other: ConfigFile): boolean {
  return one.package === other.package && (one.package !== undefined || one.file === other.file)
}

/** The places of a file's keys; none where it cannot be read. */
export function keyPlacesIn({ file, name }: ConfigFile): ReadonlyMap<string, Place> {
  return findKeyPlaces(textOf(file), name)
}

/** The text of a file; empty where it cannot be read, so that whoever looks for a place finds none. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What is wrong with a configuration, and the key it is wrong at. */
export interface ConfigFault extends Pick<Diagnostic, 'code' | 'message' | 'hint'> {
  readonly hint: string
  /** `cache.minutes`; the nearest key above that stands in the text is shown. */
  readonly key?: string
  readonly cause?: unknown
}

/** Throws a fault of a file at its key, or at the beginning where that is not found. */
export function refuse(from: ConfigFile, { key, cause, ...fault }: ConfigFault): never {
  const at = (key === undefined ? undefined : placeOf(key, keyPlacesIn(from))) ?? {
    path: from.name,
    line: 1,
    column: 1,
  }
  throw new HeddleError({ severity: 'error', ...fault, at }, cause === undefined ? {} : { cause })
}

/** The place of a key, or of the nearest one above it. */
export function placeOf(key: string, places: ReadonlyMap<string, Place>): Place | undefined {
  for (let path = key; ;) {
    const place = places.get(path)
    if (place) return place
    const above = path.replace(/(?:^|\.)[^.[]*$|\[\d+\]$/, '')
    if (above === path || above === '') return undefined
    path = above
  }
}

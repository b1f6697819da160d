import { realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { diskFiles } from './disk.ts'
import type { Files, SyncFiles } from './file-system.ts'
import type { Gate } from './gate.ts'
import { parsePath } from './gate.ts'
import type { Path } from './path.ts'
import { refusal } from './refusals.ts'

export interface PackageOptions {
  /** The package as its own package.json names it: `@acme/agent-kit`. */
  readonly name: string
  /** The folder from which Node would look for it. */
  readonly from: string
  /** `name:` when left out. */
  readonly label?: string
  /** Larger files are refused before they are read; 8 MiB by default. */
  readonly maxBytes?: number
  readonly gate?: Gate
}

/** Files of an installed package, to read only. */
export interface PackageFiles extends Files {
  readonly sync: SyncFiles
}

/** Where a package is. */
export interface FoundPackage {
  /** Its real folder, links followed. */
  readonly folder: string
  /** The folder that holds the `node_modules` it was found in. */
  readonly holder: string
}

/**
 * The files of an installed npm package. It is looked for as Node does, upward from `from`; a link to it is followed once, and
 * its real folder becomes the root, outside which nothing is read. Throws PACKAGE_MISSING, PACKAGE_NAME, or PACKAGE_BROKEN
 * when what stands there is another package.
 */
export function packageFiles(options: PackageOptions): PackageFiles {
  const { name, from, label = `${name}:`, ...rest } = options
  const { folder } = findPackage(name, from)
  const { sync, stat, list, read } = diskFiles({ root: folder, label, ...rest })
  const files = { label, sync, stat, list, read }
  if (readManifest(files)?.['name'] !== name) throw anotherPackage(name)
  return files
}

/** The folder of an installed package; throws PACKAGE_MISSING or PACKAGE_NAME. */
export function findPackage(name: string, from: string): FoundPackage {
  if (name.length > 214 || !packageName.test(name)) throw noName(name)
  for (let holder = resolve(from); ; holder = dirname(holder)) {
    const place = join(holder, 'node_modules', ...name.split('/'))
    if (isFolder(place)) return { folder: realpathSync(place), holder: realpathSync(holder) }
    if (dirname(holder) === holder) throw missing(name)
  }
}

/** True when the package is where its `node_modules` can vouch for it: below the folder that holds it. */
export function isNearby({ folder, holder }: FoundPackage): boolean {
  return folder.startsWith(holder.endsWith(sep) ? holder : `${holder}${sep}`)
}

/** The `package.json` of files as data; undefined when there is none. Throws PACKAGE_BROKEN when it is no object. */
export function readManifest(files: PackageFiles): Record<string, unknown> | undefined {
  const path = manifestPath()
  return files.sync.stat(path)?.type === 'file'
    ? parseManifest(files.sync.read(path), files.label)
    : undefined
}

/** The same for files that answer later. */
export async function readManifestOf(files: Files): Promise<Record<string, unknown> | undefined> {
  const path = manifestPath()
  const isThere = (await files.stat(path))?.type === 'file'
  return isThere ? parseManifest(await files.read(path), files.label) : undefined
}

const packageName = /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i
const longestManifest = 1024 * 1024

function parseManifest(bytes: Uint8Array, label: string): Record<string, unknown> {
  let value: unknown
  try {
    value = bytes.length > longestManifest ? undefined : JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    value = undefined
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return value as Record<string, unknown>
  throw refusal('PACKAGE_BROKEN', `"${label}package.json" is no JSON object.`, 'Install the package again.')
}

function manifestPath(): Path {
  const parsed = parsePath('package.json')
  return (parsed.ok ? parsed.value : '') as Path
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory()
  } catch {
    return false
  }
}

function missing(name: string): Error {
  return refusal(
    'PACKAGE_MISSING',
    `The package "${name}" is not installed.`,
    `Install it: npm install ${name}. Or take it out of "packages".`,
  )
}

function noName(name: string): Error {
  return refusal(
    'PACKAGE_NAME',
    `"${name.slice(0, 200)}" is not the name of a package.`,
    'Write it as in package.json: name or @scope/name.',
  )
}

function anotherPackage(name: string): Error {
  return refusal(
    'PACKAGE_BROKEN',
    `What is installed as "${name}" does not say so in its package.json.`,
    'Name the package as its own package.json does, or install it again.',
  )
}

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fail, type HeddleError } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Config, Extended } from '../config.ts'
import type { PackageSource } from '../load/open-packages.ts'
import { findPackage, isNearby } from '../vfs/package.ts'
import { checkConfig } from './check-config.ts'
import {
  type ConfigFile,
  configFileAt,
  isData,
  isSameConfig,
  type OnConfigFile,
  refuse,
} from './config-file.ts'
import { configNames, findConfig } from './find-config.ts'
import { loadPackage, loadValue } from './load-value.ts'

/** One configuration of those that are merged. */
export interface ConfigLayer {
  /** How people call it: `heddle.config.ts`, `base.json`, `@acme/kit`, `heddle.config.ts extends[0]`. */
  readonly source: string
  readonly config: Config
  /** The file that it stands in; undefined for what came out of a package or stands in another configuration. */
  readonly from?: ConfigFile
}

/** How far and how wide configurations may extend each other. */
const mostLevels = 16
const mostLayers = 64

/** Reads the configurations of one project. */
interface Reading {
  readonly folder: string
  readonly onFile: OnConfigFile | undefined
  readonly layers: ConfigLayer[]
}

/**
 * The configurations of a folder, those that are extended before those that extend them: from the file that is `wanted` or found;
 * none when false, or without a folder. Rejects with one diagnostic at its place: CONFIG_TWICE, CONFIG_MISSING, CONFIG_BROKEN,
 * CONFIG_KEY, CONFIG_VALUE, CONFIG_CYCLE, CONFIG_LIMIT.
 */
export async function readConfigs(
  folder: string | null,
  wanted: string | false | undefined,
  onFile?: OnConfigFile,
): Promise<readonly ConfigLayer[]> {
  if (folder === null || wanted === false) return []
  const name = wanted ?? findConfig(folder)
  if (name === undefined) return []
  const from = configFileAt(resolve(folder, name), folder)
  // Told before it is looked for: a file that is missing may come to be.
  onFile?.(from.file)
  if (!existsSync(from.file)) missing(name, folder)
  const reading: Reading = { folder, onFile, layers: [] }
  await addFile(from, [], reading)
  return reading.layers
}

function missing(name: string, folder: string): never {
  const there = configNames.filter((name) => existsSync(join(folder, name)))
  const [near] = [...findNearest(name, there, 1).map(({ value }) => value), ...there]
  const hint = near ? `Did you mean "${near}"?` : 'Name a file, or leave --config out.'
  return fail('CONFIG_MISSING', `The configuration "${name}" does not exist.`, hint)
}

async function addFile(from: ConfigFile, chain: readonly ConfigFile[], reading: Reading): Promise<void> {
  const config = await checkConfig((await loadValue(from, reading.onFile)).value, from)
  if (isData(from)) refuseFar(from, config.packages ?? [], reading.folder)
  await addLayer({ source: from.name, config, from }, [...chain, from], reading)
}

/** Adds what a configuration extends, then itself. `chain` are the files that led here. */
async function addLayer(layer: ConfigLayer, chain: readonly ConfigFile[], reading: Reading): Promise<void> {
  const { extends: extended = [], ...config } = layer.config
  const at = chain.at(-1)!
  if (chain.length > mostLevels)
    refuse(at, {
      code: 'CONFIG_LIMIT',
      message: `Configurations extend each other over more than ${mostLevels} levels.`,
      hint: 'Extend fewer of them.',
      key: 'extends',
    })
  for (const [index, one] of [extended].flat().entries()) {
    const key = Array.isArray(extended) ? `extends[${index}]` : 'extends'
    await addExtended(one, { source: layer.source, key, chain, reading })
  }
  if (reading.layers.push({ ...layer, config }) > mostLayers)
    refuse(at, {
      code: 'CONFIG_LIMIT',
      message: `More than ${mostLayers} configurations are put together.`,
      hint: 'Extend fewer of them.',
      key: 'extends',
    })
}

interface Extending {
  readonly reading: Reading
  readonly source: string
  readonly key: string
  readonly chain: readonly ConfigFile[]
}

async function addExtended(one: Extended, { source, key, chain, reading }: Extending): Promise<void> {
  const by = chain.at(-1)!
  if (typeof one !== 'string') {
    if (isData(by)) cannotExtend(by, 'an object', key)
    const name = `${source} ${key}`
    const config = await checkConfig(one, by, `"${key}" of "${source}"`)
    return addLayer({ source: name, config }, [...chain, by], reading)
  }
  const found = isRelative(one) ? undefined : packageFolder(one, by, key)
  const preset = found === undefined ? resolve(dirname(by.file), one) : presetOf(found, by, key)
  if (preset === undefined) return addPackage(one, found!.folder, { source, key, chain, reading })
  const from = configFileAt(preset, reading.folder)
  if (chain.some((one) => isSameConfig(one, from))) cycle(from, chain, key)
  reading.onFile?.(preset)
  if (!existsSync(preset))
    refuse(by, {
      code: 'CONFIG_MISSING',
      message: `"${one}", which "${by.name}" extends, does not exist.`,
      hint: 'Correct the path, which is relative to the file that it stands in, or take it out.',
      key,
    })
  if (isData(by))
    refuseCode(one, { from, by, key, isFar: isRelative(one) && !isInside(preset, reading.folder) })
  return addFile(from, chain, reading)
}

/** What a package gives as its own main export. */
async function addPackage(name: string, folder: string, { key, chain, reading }: Extending): Promise<void> {
  const by = chain.at(-1)!
  if (isData(by)) cannotExtend(by, `"${name}", which is code`, key)
  const { value, file } = await loadPackage(name, { by, key, folder, onFile: reading.onFile })
  const from = { file, name, package: folder }
  if (chain.some((one) => isSameConfig(one, from))) cycle(from, chain, key)
  const config = await checkConfig(value, by, `The package "${name}"`)
  return addLayer({ source: name, config }, [...chain, from], reading)
}

function isRelative(text: string): boolean {
  return /^\.\.?(?:\/|$)/.test(text) || isAbsolute(text)
}

interface InPackage {
  readonly name: string
  readonly folder: string
  /** What follows the name; empty for the package itself. */
  readonly below: string
}

/**
 * The file that a package names as its preset (`"heddle": { "config": "./preset.json" }` in its package.json), or that stands in it by
 * the path given (`@acme/kit/strict.json`); undefined when what it exports is to be asked.
 */
function presetOf({ name, folder, below }: InPackage, by: ConfigFile, key: string): string | undefined {
  if (below !== '' && !below.endsWith('.json')) return undefined
  const named = below === '' ? manifestConfig(join(folder, 'package.json')) : below
  if (named === undefined) return undefined
  const file = resolve(folder, named)
  if (isInside(file, folder)) return file
  return refuse(by, {
    code: 'CONFIG_VALUE',
    message: `"${named}" lies outside of the package "${name}".`,
    hint: 'Correct it, or take it out of "extends".',
    key,
  })
}

function packageFolder(text: string, by: ConfigFile, key: string): InPackage {
  const [, name = text, below = ''] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(text) ?? []
  try {
    return { name, below, folder: findPackage(name, dirname(by.file)).folder }
  } catch (thrown) {
    const { message } = (thrown as HeddleError).diagnostic
    return refuse(by, {
      code: 'CONFIG_MISSING',
      message: `"${by.name}" extends "${text}": ${message}`,
      hint: `Install it: npm install ${name}. A file beside the configuration is written ./${text}.`,
      key,
      cause: thrown,
    })
  }
}

function manifestConfig(file: string): string | undefined {
  try {
    const { heddle } = JSON.parse(readFileSync(file, 'utf8')) as { heddle?: { config?: unknown } }
    return typeof heddle?.config === 'string' ? heddle.config : undefined
  } catch {
    return undefined
  }
}

function cycle(from: ConfigFile, chain: readonly ConfigFile[], key: string): never {
  const names = [...chain.slice(chain.findIndex((one) => isSameConfig(one, from))), from].map(
    ({ name }) => name,
  )
  return refuse(chain.at(-1)!, {
    code: 'CONFIG_CYCLE',
    message: `Configurations extend each other in a ring: ${names.join(' → ')}.`,
    hint: 'Take one "extends" out.',
    key,
  })
}

function refuseCode(
  text: string,
  { from, by, key, isFar }: { from: ConfigFile; by: ConfigFile; key: string; isFar: boolean },
): void {
  if (isFar)
    refuse(by, {
      code: 'CONFIG_VALUE',
      message: `"${by.name}" is plain data, and "${text}" lies outside the project.`,
      hint: 'Use heddle.config.ts for it.',
      key,
    })
  if (!isData(from)) cannotExtend(by, `"${text}", which is code`, key)
}

function cannotExtend(by: ConfigFile, text: string, key: string): never {
  return refuse(by, {
    code: 'CONFIG_VALUE',
    message: `"${by.name}" is plain data and cannot extend ${text}.`,
    hint: 'Use heddle.config.ts for it.',
    key,
  })
}

/** Plain data grants reading of what is installed or stands in the project; what is elsewhere only code can name. */
function refuseFar(from: ConfigFile, packages: readonly PackageSource[], folder: string): void {
  for (const [index, source] of packages.entries()) {
    if (isNear(source, folder)) continue
    const text = typeof source === 'string' ? source : 'git' in source ? source.git : source.label
    refuse(from, {
      code: 'CONFIG_VALUE',
      message: `"${from.name}" is plain data, and "${text}" lies outside the project.`,
      hint: 'Use heddle.config.ts for it.',
      key: `packages[${index}]`,
    })
  }
}

function isNear(source: PackageSource, folder: string): boolean {
  if (typeof source === 'object') return 'git' in source && isInside(resolve(folder, source.git), folder)
  try {
    return isNearby(findPackage(source, folder))
  } catch {
    // What is not installed is told where the layers are opened.
    return true
  }
}

function isInside(place: string, folder: string): boolean {
  try {
    const way = relative(realpathSync(folder), realpathSync(place))
    return way === '' || (!isAbsolute(way) && way.split(sep)[0] !== '..')
  } catch {
    const way = relative(folder, place)
    return !isAbsolute(way) && way.split(sep)[0] !== '..'
  }
}

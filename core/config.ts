import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fail, HeddleError, messageOf } from './base/diagnostic.ts'
import type { Isolation } from './base/namespace.ts'
import { findNearest } from './base/nearest.ts'
import { buildSchema, type Schema } from './base/schema.ts'
import type { ContextConfig } from './compose/settings.ts'
import type { CacheLimits } from './load/module-cache.ts'
import type { PackageSource } from './load/open-packages.ts'
import type { ProjectData, SettingValues } from './plugin/configured.ts'
import type { AppliedPlugin } from './plugin/plugin.ts'
import type { RunLimits } from './run/prune-runs.ts'
import type { Files } from './vfs/file-system.ts'
import { findPackage, isNearby } from './vfs/package.ts'
import type { WorkspaceLimits } from './vfs/quota.ts'

/** What `heddle.config.ts` may say. Every key may be left out. */
export interface Config {
  /** Folders, relative to the root, that are the framework's home; `.heddle` and `.claude` when left out. */
  readonly home?: string | readonly string[]
  /** More aliases: the name without `@`, and the folders it stands for, in order. */
  readonly aliases?: Readonly<Record<string, string | readonly string[]>>
  /**
   * More layers of modules, below the project and the user's own: names of installed packages, `{ git, ref, folder }` for a
   * commit of a repository, or files of any driver. The first that has a file wins.
   */
  readonly packages?: readonly PackageSource[]
  /** Globs of files that somebody starts from, besides commands, skills, agents and memory files: they are no orphans. */
  readonly entries?: readonly string[]
  /** Plugins besides or instead of the preset. */
  readonly plugins?: readonly AppliedPlugin[]
  /** False leaves the built-in preset of plugins out; true when left out. */
  readonly preset?: boolean
  /** Operations that may run at once in each lane. */
  readonly concurrency?: Readonly<Partial<Record<'io' | 'process' | 'network' | 'agent', number>>>
  /**
   * What holds programs that a run starts: `none` a process group, `namespace` a PID namespace, of which nothing is left, `overlay`
   * for bash operations a namespace with an overlay of the project. Left out: a namespace where that needs no user namespace.
   * `allow` names the programs that modules may run, each with the words it must begin with: `git status`, `npm test`.
   */
  readonly bash?: { readonly isolation?: Isolation; readonly allow?: readonly string[] }
  /** Values for the settings of modules, by the name of the setting, or of one module by its name and then the setting's. */
  readonly settings?: SettingValues
  /** What the project says of itself, for placeholders such as `[PROJECT_CONFIG: test_coverage.threshold]`; over `PROJECT_CONFIG.xml`. */
  readonly project?: ProjectData
  /** Milliseconds that one operation may take; 600 000 when left out. */
  readonly deadlineMs?: number
  /** Milliseconds that a hook may take before its plugin is named and the rest goes on; 10 000 when left out. */
  readonly hookDeadlineMs?: number
  /**
   * What is kept of modules. In memory at most `megabytes` (50 when left out) for `minutes` (15) after they were last asked for. With
   * `folder` what a check found is kept there for the next process, which then reads only what changed; `true` stands for the user's
   * cache folder. Nothing is kept between processes when that is left out, nor with false.
   */
  readonly cache?:
    | false
    | { readonly megabytes?: number; readonly minutes?: number; readonly folder?: string | true }
  /**
   * What one run may hold in memory: bytes and entries (files, folders, removals) that are not committed, `QUOTA` beyond them
   * (256 MiB and 200 000 when left out), and bytes of files that are kept once they were read (64 MiB).
   */
  readonly workspace?: Partial<WorkspaceLimits>
  /** Modules that are loaded at the start and stay in memory, as references; the others are loaded when they are first needed. */
  readonly preload?: readonly string[]
  /**
   * How much is kept of past runs: the last `keep` (50 when left out), for `days` (without end), in `megabytes` (500); the last one
   * always. False keeps nothing: runs cannot be resumed, shown or compared.
   */
  readonly runs?: false | { readonly keep?: number; readonly days?: number; readonly megabytes?: number }
  /** How `heddle context` composes: its budget, what stays longest, what comes late, and what may lose its place. */
  readonly context?: ContextConfig
  /** More paths that no door opens, as globs. */
  readonly deny?: readonly string[]
  /** True refuses to read files that have other names on the disk (hard links); false when left out: they are reported. */
  readonly strict?: boolean
}

/** The defaults of everything that has one. */
export const defaults = {
  deadlineMs: 600_000,
  hookDeadlineMs: 10_000,
  strict: false,
  cache: { megabytes: 50, minutes: 15 },
  runs: { keep: 50, megabytes: 500 },
} as const

/** How much is kept of modules in memory, and how long. */
export function cacheLimitsOf({ cache }: Config): CacheLimits {
  const { megabytes, minutes } = { ...defaults.cache, ...(cache === false ? {} : cache) }
  return { megabytes, minutes }
}

/** How much is kept of past runs; false for nothing. */
export function runLimitsOf({ runs }: Config): RunLimits | false {
  return runs === false ? false : { ...defaults.runs, ...runs }
}

/** Gives the configuration back with its type checked in an editor. */
export function defineConfig(config: Config): Config {
  return config
}

/** What a configuration as plain data may say: where things are and what values they have, never what runs. */
const dataKeys = new Set([
  'home',
  'aliases',
  'packages',
  'entries',
  'deny',
  'strict',
  'preload',
  'context',
  'settings',
  'project',
  '$schema',
])

const schema: Schema<Config> = (z) =>
  z.strictObject({
    home: z.union([z.string(), z.array(z.string())]).optional(),
    aliases: z
      .record(z.string().regex(/^[A-Za-z][\w-]*$/), z.union([z.string(), z.array(z.string())]))
      .optional(),
    packages: z
      .array(
        z.union([
          z.string(),
          z.strictObject({ git: z.string(), ref: z.string(), folder: z.string().optional() }),
          z.custom<Files>(isFiles, 'Expected the name of a package, { git, ref }, or files'),
        ]),
      )
      .optional(),
    entries: z.array(z.string()).optional(),
    plugins: z
      .array(z.custom<AppliedPlugin>(isApplied, 'Expected a plugin, called: tdd() rather than tdd'))
      .optional(),
    preset: z.boolean().optional(),
    concurrency: z
      .partialRecord(z.enum(['io', 'process', 'network', 'agent']), z.number().int().min(1))
      .optional(),
    bash: z
      .strictObject({
        isolation: z.enum(['none', 'namespace', 'overlay']).optional(),
        allow: z.array(z.string().min(1)).optional(),
      })
      .optional(),
    settings: z.record(z.string(), z.union([scalar(z), z.record(z.string(), scalar(z))])).optional(),
    project: z.record(z.string(), z.json()).optional(),
    deadlineMs: z.number().positive().optional(),
    hookDeadlineMs: z.number().positive().optional(),
    deny: z.array(z.string()).optional(),
    cache: z
      .union([
        z.literal(false),
        z.strictObject({
          megabytes: z.number().min(0).optional(),
          minutes: z.number().min(0).optional(),
          folder: z.union([z.string(), z.literal(true)]).optional(),
        }),
      ])
      .optional(),
    workspace: z
      .strictObject({
        maxBytes: z.int().min(0).optional(),
        maxEntries: z.int().min(0).optional(),
        cacheBytes: z.int().min(0).optional(),
      })
      .optional(),
    preload: z.array(z.string()).optional(),
    context: z
      .strictObject({
        budget: z.int().min(1).optional(),
        for: z.enum(['plain', 'claude', 'agents-md']).optional(),
        tokenizer: z.enum(['auto', 'characters', 'gpt-tokenizer', 'ai-tokenizer']).optional(),
        priorities: z.record(z.string(), z.number()).optional(),
        volatile: z.array(z.string()).optional(),
        maxInvalidated: z.number().min(0).max(1).optional(),
      })
      .optional(),
    runs: z
      .union([
        z.literal(false),
        z.strictObject({
          keep: z.number().int().min(1).optional(),
          days: z.number().positive().optional(),
          megabytes: z.number().positive().optional(),
        }),
      ])
      .optional(),
    strict: z.boolean().optional(),
  }) as never

function scalar(z: Parameters<Schema<Config>>[0]) {
  return z.union([z.string(), z.number(), z.boolean()])
}

function isFiles(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'label' in value && 'read' in value && 'list' in value
}

/** Told of a file that a configuration is made of, by its path on the machine. */
export type OnConfigFile = (file: string) => void

/**
 * The configuration of a folder: the file that is `wanted` or found; nothing when false, or without a folder. With `onFile` it is
 * loaded anew with everything that it imports, and each of these files is told.
 */
export async function readConfig(
  folder: string | null,
  wanted: string | false | undefined,
  onFile?: OnConfigFile,
): Promise<Config> {
  if (folder === null || wanted === false) return {}
  const name = wanted ?? findConfig(folder)
  return name === undefined ? {} : loadConfig(folder, name, onFile)
}

/** The names at which a folder's configuration is looked for. */
export const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json'].map(
  (ending) => `heddle.config.${ending}`,
)

/** The configuration file of a folder, or undefined when there is none. Two of them are a fault: CONFIG_TWICE. */
function findConfig(folder: string): string | undefined {
  const found = configNames.filter((name) => existsSync(join(folder, name)))
  if (found.length > 1)
    fail('CONFIG_TWICE', `There are two configurations: ${found.join(' and ')}.`, 'Keep one of them.')
  return found[0]
}

/**
 * Reads a configuration file of a folder. TypeScript runs through tsx; JSON is plain data and can only say where things
 * are. Rejects with CONFIG_MISSING, CONFIG_BROKEN, CONFIG_KEY or CONFIG_VALUE.
 */
async function loadConfig(folder: string, name: string, onFile?: OnConfigFile): Promise<Config> {
  const path = join(folder, name)
  onFile?.(path)
  if (!existsSync(path))
    fail(
      'CONFIG_MISSING',
      `The configuration "${name}" does not exist.`,
      'Name a file, or leave --config out.',
    )
  const value = await readValue(path, name, onFile)
  if (value === null || typeof value !== 'object') {
    fail('CONFIG_BROKEN', `"${name}" gives no object.`, 'Export one: export default defineConfig({ … }).')
  }
  if (name.endsWith('.json')) refuseCode(name, value)
  const config = await checkConfig(value, name)
  if (name.endsWith('.json')) refuseFar(name, config.packages ?? [], folder)
  return config
}

async function readValue(path: string, name: string, onFile?: OnConfigFile): Promise<unknown> {
  try {
    if (name.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'))
    const url = pathToFileURL(path).href
    const isRead = onFile !== undefined || /\.m?ts$/.test(name)
    const loaded: unknown = isRead ? await importAnew(url, onFile) : await import(url)
    return defaultOf(defaultOf(loaded, true))
  } catch (thrown) {
    throw new HeddleError(
      {
        code: 'CONFIG_BROKEN',
        severity: 'error',
        message: `"${name}" cannot be loaded: ${messageOf(thrown)}`,
        hint: 'Mend it, or run with --no-config.',
      },
      { cause: thrown },
    )
  }
}

/** The default export; in a project of CommonJS the whole module stands in it, and is marked. */
function defaultOf(loaded: unknown, always = false): unknown {
  if (loaded === null || typeof loaded !== 'object') return loaded
  return always || '__esModule' in loaded ? (loaded as { default?: unknown }).default : loaded
}

/** Each time a world of its own: nothing that was imported before is taken. */
async function importAnew(url: string, onFile: OnConfigFile | undefined): Promise<unknown> {
  const { tsImport } = await import('tsx/esm/api')
  return tsImport(url, {
    parentURL: import.meta.url,
    onImport: (file) => {
      if (file.startsWith('file:')) onFile?.(fileURLToPath(file))
    },
  })
}

function refuseCode(name: string, value: object): void {
  const key = Object.keys(value).find((key) => !dataKeys.has(key))
  if (key === undefined || !Object.hasOwn(defaultKeys, key)) return
  fail('CONFIG_KEY', `"${name}" is plain data and cannot set "${key}".`, 'Use heddle.config.ts for it.')
}

/** Plain data grants reading of what is installed or stands in the project; what is elsewhere only code can name. */
function refuseFar(name: string, packages: readonly PackageSource[], folder: string): void {
  for (const source of packages) {
    if (isNear(source, folder)) continue
    const text = typeof source === 'string' ? source : 'git' in source ? source.git : source.label
    fail(
      'CONFIG_VALUE',
      `"${name}" is plain data, and "${text}" lies outside the project.`,
      'Use heddle.config.ts for it.',
    )
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

const defaultKeys: Record<keyof Config, true> = {
  home: true,
  aliases: true,
  packages: true,
  entries: true,
  plugins: true,
  preset: true,
  concurrency: true,
  bash: true,
  settings: true,
  project: true,
  deadlineMs: true,
  hookDeadlineMs: true,
  deny: true,
  cache: true,
  preload: true,
  runs: true,
  workspace: true,
  strict: true,
  context: true,
}

async function checkConfig(value: object, name: string): Promise<Config> {
  const { $schema: _, ...given } = value as Record<string, unknown>
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(defaultKeys, key)) continue
    const [near] = findNearest(key, Object.keys(defaultKeys), 1)
    const hint = near
      ? `Did you mean "${near.value}"?`
      : `Known keys: ${Object.keys(defaultKeys).join(', ')}.`
    fail('CONFIG_KEY', `"${name}" has an unknown key "${key}".`, hint)
  }
  const parsed = (await buildSchema(schema)).safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return fail(
    'CONFIG_VALUE',
    `"${issue?.path.join('.')}" in "${name}" cannot be used: ${issue?.message}.`,
    'Correct it.',
  )
}

function isApplied(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'plugin' in value && 'options' in value
}

import type { Isolation } from './base/namespace.ts'
import type { Schema } from './base/schema.ts'
import type { ContextConfig } from './compose/settings.ts'
import type { CacheLimits } from './load/module-cache.ts'
import type { PackageSource } from './load/open-packages.ts'
import type { ProjectData, SettingValues } from './plugin/configured.ts'
import type { AppliedPlugin } from './plugin/plugin.ts'
import type { ModuleReference } from './register.ts'
import { homeNames } from './resolve/layers.ts'
import type { RunLimits } from './run/prune-runs.ts'
import type { Files } from './vfs/file-system.ts'
import { defaultLimits, type WorkspaceLimits } from './vfs/quota.ts'

/** What `heddle.config.ts` may say. Every key may be left out. */
export interface Config {
  /**
   * Configurations that this one stands on, the later over the earlier and this one over all: files beside it (`./base.json`),
   * installed packages (`@acme/kit`), or objects. A configuration of plain data can only name others of plain data.
   */
  readonly extends?: Extended | readonly Extended[]
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
   * What is kept of modules. In memory at most `megabytes` (50 when left out) for `minutes` (15) after they were last asked for; a
   * check or a graph of more than 500 modules keeps their cards alone. With `folder` what a check found is kept there for the next
   * process, which then reads only what changed; `true` stands for the user's cache folder. Nothing is kept between processes when
   * that is left out, nor with false.
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
  readonly preload?: readonly ModuleReference[]
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

/** What a configuration may stand on: a file beside it, the name of an installed package, or a configuration. */
export type Extended = string | Config

/** The defaults of everything that has one. */
export const defaults = {
  home: homeNames,
  preset: true,
  deadlineMs: 600_000,
  hookDeadlineMs: 10_000,
  strict: false,
  cache: { megabytes: 50, minutes: 15 },
  runs: { keep: 50, megabytes: 500 },
  workspace: defaultLimits,
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

/**
 * How a value meets that of the configuration below it: `last` takes its place, `record` does so key by key, at every depth, `below` and `above` are
 * lists that are put together, the own entries after or before the others, `plugins` takes the place of plugins of the same name.
 */
export type Merging = 'last' | 'record' | 'below' | 'above' | 'plugins'

/** Every key, and how it is merged. */
export const merging: Readonly<Record<Exclude<keyof Config, 'extends'>, Merging>> = {
  home: 'last',
  aliases: 'record',
  // The first layer that has a file wins.
  packages: 'above',
  entries: 'below',
  plugins: 'plugins',
  preset: 'last',
  concurrency: 'record',
  bash: 'record',
  context: 'record',
  settings: 'record',
  project: 'record',
  deadlineMs: 'last',
  hookDeadlineMs: 'last',
  deny: 'below',
  cache: 'record',
  preload: 'below',
  runs: 'record',
  workspace: 'record',
  strict: 'last',
}

/** What a configuration as plain data may say: where things are and what values they have, never what runs. */
export const dataKeys = [
  'extends',
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
] as const

/** The schema of what one file says. */
export const configSchema: Schema<Config> = (z) =>
  z.strictObject({
    extends: z
      .union(
        [extended(z), z.array(extended(z))],
        'Expected a file (./base.json), a package, or a list of them',
      )
      .optional()
      .describe('Configurations that this one stands on, the later over the earlier, this one over all.'),
    home: z
      .union([z.string(), z.array(z.string())], 'Expected a folder or a list of folders')
      .optional()
      .describe(
        "Folders, relative to the root, that are the framework's home; .heddle and .claude when left out.",
      ),
    aliases: z
      .record(
        z.string().regex(/^[A-Za-z][\w-]*$/),
        z.union([z.string(), z.array(z.string())], 'Expected a folder or a list of folders'),
      )
      .optional()
      .describe('More aliases: the name without @, and the folders it stands for, in order.'),
    packages: z
      .array(
        z.union([
          z.string(),
          z.strictObject({ git: z.string(), ref: z.string(), folder: z.string().optional() }),
          z.custom<Files>(isFiles, 'Expected the name of a package, { git, ref }, or files'),
        ]),
      )
      .optional()
      .describe('More layers of modules, below the project: installed packages, or { git, ref, folder }.'),
    entries: z
      .array(z.string())
      .optional()
      .describe(
        'Globs of files that somebody starts from, besides commands, skills, agents and memory files.',
      ),
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
    settings: z
      .record(z.string(), z.union([scalar(z), z.record(z.string(), scalar(z))]))
      .optional()
      .describe(
        "Values for the settings of modules, by the name of the setting, or of one module by its name and then the setting's.",
      ),
    project: z
      .record(z.string(), z.json())
      .optional()
      .describe(
        'What the project says of itself, for placeholders such as [PROJECT_CONFIG: test_coverage.threshold].',
      ),
    deadlineMs: z.number().positive().optional(),
    hookDeadlineMs: z.number().positive().optional(),
    deny: z.array(z.string()).optional().describe('More paths that no door opens, as globs.'),
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
    preload: z
      .array(z.string())
      .optional()
      .describe('Modules that are loaded at the start and stay in memory, as references.'),
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
    strict: z
      .boolean()
      .optional()
      .describe('True refuses to read files that have other names on the disk (hard links).'),
  }) as never

function scalar(z: Parameters<Schema<Config>>[0]) {
  return z.union([z.string(), z.number(), z.boolean()])
}

/** What is extended is checked by itself, as a file of its own would be. */
function extended(z: Parameters<Schema<Config>>[0]): ReturnType<typeof z.union> {
  return z.union([z.string().min(1).max(1024), z.custom<Config>(isObject, 'Expected a configuration')])
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function isFiles(value: unknown): boolean {
  return (
    isObject(value) &&
    'label' in (value as object) &&
    'read' in (value as object) &&
    'list' in (value as object)
  )
}

function isApplied(value: unknown): boolean {
  return isObject(value) && isObject((value as { plugin?: unknown }).plugin) && 'options' in (value as object)
}

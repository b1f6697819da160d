import { existsSync } from 'node:fs'
import { join, resolve as resolveOnDisk } from 'node:path'
import { type Clock, createClock } from './base/clock.ts'
import { fail } from './base/diagnostic.ts'
import { cacheLimitsOf, type Config, defaults, runLimitsOf } from './config.ts'
import { mergeConfigs } from './config/merge-configs.ts'
import { readConfigs } from './config/read-config.ts'
import { withEntries } from './entries.ts'
import { type Framework, OpenFramework } from './facade.ts'
import { openCardStore } from './keeping.ts'
import { createLive, type Live } from './live.ts'
import type { MendParts } from './mend/parts.ts'
import { createMendParts } from './mending.ts'
import { createFaults } from './plugin/faults.ts'
import { createHookSet } from './plugin/hooks.ts'
import { createHost } from './plugin/host.ts'
import { createProfile } from './plugin/profile.ts'
import { choosePlugins } from './plugin/preset.ts'
import type { Runner, RunnerParts } from './plugin/runner.ts'
import { openReading, type Reading } from './reading.ts'
import type { Layer } from './resolve/layers.ts'
import type { RunProgram } from './run/spawn.ts'
import { ignoredFolders, openLayers } from './sources.ts'
import { diskFiles } from './vfs/disk.ts'
import { createDurableStore, createMemoryStore } from './vfs/durable.ts'
import type { Files } from './vfs/file-system.ts'
import { createGate } from './vfs/gate.ts'

/** What a framework is made from; every key may be left out. */
export interface FrameworkOptions extends Config {
  /** The project's folder on the machine; the current folder when left out. */
  readonly root?: string
  /** Files to work on instead of the folder: `memoryFiles({ … })`. */
  readonly files?: Files
  /** The configuration file below the root; found when left out, none is read when false. */
  readonly config?: string | false
  /** True adds the user's own modules (`~/.heddle`, `~/.claude`); left out, results do not depend on the machine. */
  readonly user?: boolean
  /** False leaves out the built-in modules. */
  readonly builtIn?: boolean
  /** True keeps what a check found in the user's cache folder, where the configuration does not say otherwise. */
  readonly keep?: boolean
  /**
   * Told of each file of code that the configuration is made of, as it is loaded. With it nothing is taken that the process has
   * loaded before: whoever makes a new framework after an edit gets the edited code.
   */
  readonly onConfigFile?: (file: string) => void
  /** True counts what each plugin's taps take: `framework.profile`. */
  readonly profile?: boolean
  readonly clock?: Clock
  /** Runs programs in place of the machine, also for files in memory; for tests. */
  readonly programs?: RunProgram
}

/**
 * Makes a framework: reads the configuration, finds homes, aliases and layers, applies the plugins. No module is loaded
 * yet but those to be preloaded. Rejects with a HeddleError when the root is no folder, or the configuration or the list of plugins is wrong.
 */
export async function createFramework(options: FrameworkOptions = {}): Promise<Framework> {
  const folder = options.files ? null : rootFolder(options.root ?? '.')
  const config = {
    ...mergeConfigs(await readConfigs(folder, options.config, options.onConfigFile)),
    ...withoutUndefined(options),
  }
  const clock = options.clock ?? createClock()
  const faults = createFaults()
  const profile = options.profile ? createProfile() : undefined
  const hooks = createHookSet({
    faults,
    clock,
    deadlineMs: config.hookDeadlineMs ?? defaults.hookDeadlineMs,
    profile,
  })
  const plugins = options.plugins ?? (await choosePlugins(config.preset ?? true, config.plugins ?? []))
  const state = folder === null ? null : join(folder, '.heddle', 'state')
  const host = await createHost({
    plugins,
    hooks,
    faults,
    storeFor: (name) => (state === null ? createMemoryStore() : createDurableStore(join(state, name))),
  })
  const gate = createGate({ deny: config.deny ?? [] })
  const disk =
    folder === null ? null : diskFiles({ root: folder, gate, strict: config.strict ?? defaults.strict })
  const calls = withEntries(hooks.calls, config.entries ?? [])
  const limits = cacheLimitsOf(config)
  const readingOver = (layers: readonly Layer[]): Reading => openReading({ layers, folder, calls, limits })
  const open = async (): Promise<Reading> => {
    const { layers, diagnostics } = await openLayers(config, disk ?? config.files!, folder)
    for (const diagnostic of diagnostics) faults.add(diagnostic)
    const added = options.plugins ?? config.plugins ?? []
    const store = openCardStore({ config, keep: options.keep === true, folder, added, layers })
    const reading = openReading({ layers, folder, calls, store, limits, unkept: disk?.hardLinks })
    for (const diagnostic of await reading.preload(config.preload ?? [])) faults.add(diagnostic)
    return reading
  }
  const live: Live = createLive({
    first: await open(),
    open,
    folder,
    clock,
    ignored: () => ignoredFolders(folder, live.reading.layers),
    fault: (diagnostic) => faults.add(diagnostic),
  })
  const runnerOf = createRunners({
    calls: hooks.calls,
    folder,
    disk,
    state,
    clock,
    deadlineMs: config.deadlineMs ?? defaults.deadlineMs,
    concurrency: config.concurrency ?? {},
    runs: runLimitsOf(config),
    workspaceLimits: config.workspace ?? {},
    isolation: config.bash?.isolation,
    programs: options.programs,
    settings: config.settings ?? {},
    project: config.project ?? {},
    allowed: config.bash?.allow ?? [],
    context: config.context ?? {},
  })
  const mendPartsOf = (reading: Reading): MendParts =>
    createMendParts({ config, reading, folder, disk, state, gate, calls })
  const outputs = state === null ? createMemoryStore() : createDurableStore(join(state, 'outputs'))
  const context = config.context ?? {}
  return new OpenFramework({
    live,
    profile,
    readingOver,
    folder,
    disk,
    faults,
    host,
    runnerOf,
    mendPartsOf,
    state,
    outputs,
    context,
    project: config.project ?? {},
    isConfigRead: folder === null || options.config !== false,
  })
}

/** The running side is loaded when something runs, and anew when everything was opened anew: checking a framework needs none of it. */
function createRunners(
  parts: Omit<RunnerParts, 'library' | 'layers' | 'catalogue' | 'virtual'>,
): (reading: Reading) => Promise<Runner> {
  const runners = new WeakMap<Reading, Promise<Runner>>()
  return (reading) => {
    const known =
      runners.get(reading) ??
      import('./plugin/runner.ts').then(({ createRunner }) => createRunner({ ...parts, ...reading }))
    runners.set(reading, known)
    return known
  }
}

function rootFolder(root: string): string {
  const folder = resolveOnDisk(root)
  if (!existsSync(folder))
    fail('ROOT_MISSING', `The root "${root}" does not exist.`, 'Name a folder that exists.')
  return folder
}

function withoutUndefined(options: FrameworkOptions): FrameworkOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

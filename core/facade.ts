import { type Diagnostic, fail, HeddleError, toDiagnostic } from './base/diagnostic.ts'
import {
  asExplained,
  asResolved,
  type Explained,
  type ExplainedInPlace,
  notAReference,
  type Resolved,
} from './answers.ts'
import { declareModules } from './declaration.ts'
import type { CodeExplanations } from './explain/explanation.ts'
import { readCodes } from './explain/read-codes.ts'
import type { CheckReport } from './load/check.ts'
import type { Context, ContextOptions } from './compose/context.ts'
import type { ContextConfig } from './compose/settings.ts'
import { compose, type Composition } from './load/composition.ts'
import type { Deletion } from './load/deletion.ts'
import type { Graph } from './load/graph.ts'
import { findModule, type ModuleView } from './load/module-view.ts'
import { explain } from './load/explain.ts'
import type { PipelineStep } from './load/pipeline.ts'
import type { FixOptions, FixReport } from './mend/fix.ts'
import type { MendParts } from './mend/parts.ts'
import type { RenameOptions, RenameReport } from './mend/rename.ts'
import type { Referrers } from './load/referrers.ts'
import type { RegistryFigures } from './load/registry.ts'
import type { Module } from './module/module.ts'
import type { ProjectData } from './plugin/configured.ts'
import type { Faults } from './plugin/faults.ts'
import type { Host } from './plugin/host.ts'
import type { Profile, TapTiming } from './plugin/profile.ts'
import type { CommandHelp, ListedOperation, ResumeOptions, Runner, RunOptions } from './plugin/runner.ts'
import type { GivenArguments } from './plugin/command.ts'
import type { Change, Live, Watching, WatchOptions } from './live.ts'
import { type CheckOptions, checkReading, findDeletion, findWho } from './questions.ts'
import type { Reading } from './reading.ts'
import type { CallOf, CommandName, GivenOf, ModuleReference } from './register.ts'
import type { ParallelDesign } from './run/design.ts'
import type { Executor } from './run/executor.ts'
import type { PastRuns } from './run/past-runs.ts'
import type { Report } from './run/report.ts'
import type { Workbench } from './run/workbench.ts'
import type { Layer } from './resolve/layers.ts'
import type { Spot } from './resolve/rungs.ts'
import { spotAt } from './resolve/spots.ts'
import type { DiskFiles } from './vfs/disk.ts'
import type { DurableStore } from './vfs/durable.ts'
import { decodeText } from './vfs/text.ts'

/** One line of `heddle list`. */
export interface Listed {
  readonly name: string
  readonly kind: string
  readonly path?: string
  readonly plugin?: string
  readonly description: string
}

export type ListKind = 'commands' | 'modules' | 'plugins' | 'operations'

/** How one context differs from what the configuration says. */
export interface ContextRequest extends Omit<ContextOptions, 'previous'> {
  /** An earlier output to compare with; true for that of the last time with true, which this one then replaces. */
  readonly previous?: string | true
}

/** The running whole: resolves, loads, checks and runs until it is disposed. */
export interface Framework {
  /** The module that a reference names; rejects with a HeddleError that says what was tried. `from` is a path of the project. */
  load(reference: ModuleReference, from?: string): Promise<Module>
  /** Each reference settled by itself, and what belongs to the modules that were found. Never rejects for a reference. */
  loadAll(references: readonly ModuleReference[]): Promise<Composition>
  /**
   * The text that references come to with all that they need, under a budget of tokens: parts by `#fragment`, repeated text once, what
   * rarely changes first, every cut named. The same files give the same bytes. What references lack is a diagnostic; rejects with
   * CONTEXT_BUDGET for a budget that is none, and with TOKENIZER_MISSING.
   */
  context(references: readonly string[], options?: ContextRequest): Promise<Context>
  /** The module of an id, and its references as the graph shows them; rejects with NOT_FOUND where no markdown file is. */
  view(id: string): Promise<ModuleView>
  /** The way from a file's text to its module: what it was at first, and after each plugin, with times. Rejects as `view` does. */
  trace(id: string): Promise<readonly PipelineStep[]>
  resolve(reference: ModuleReference, from?: string): Resolved
  why(reference: ModuleReference, from?: string): Explained
  /**
   * `why` for a reference as the file `from` holds it: by its own form, with the plugins that had a hand in it, and whether the
   * part that it names is there. Loads the file.
   */
  explain(reference: string, from?: string): Promise<ExplainedInPlace>
  /** Everything that is wrong, or what is wrong in some files and folders. Rejects with NOT_FOUND for a path where nothing is. */
  check(options?: CheckOptions): Promise<CheckReport>
  /** What would break if files or folders of the project, named by path or reference, were deleted. Nothing is deleted. */
  ifDeleted(paths: readonly string[]): Promise<Deletion>
  /** Who refers to a file or folder, named by path or reference; with `deep` also what leads there over several files. */
  who(path: string, options?: { readonly deep?: boolean }): Promise<Referrers>
  graph(): Promise<Graph>
  /**
   * Looks at the files again and takes in what changed; what `check`, `graph`, `load` and `resolve` give afterwards equals what a
   * new framework would give. With paths only these are looked at: whoever knows what changed need not look at everything. Work that
   * has begun ends on what it began with.
   */
  refresh(paths?: readonly string[]): Promise<Change>
  /** Does so whenever something changes, and calls the listener after each change, until it is closed or the framework disposed. */
  watch(listener: (change: Change) => void, options?: WatchOptions): Promise<Watching>
  /**
   * Runs `work` while no change is taken in, so that all its questions are answered from one generation. Changes wait until it has
   * settled: it must not wait for one itself, by `refresh`, `fix` or `rename`.
   */
  steady<T>(work: () => T | Promise<T>): Promise<T>
  list(kind: ListKind): Promise<readonly Listed[]>
  /** How a command is called. */
  command(name: string): Promise<CommandHelp>
  /** The command's plan without running it. */
  plan<C extends CommandName>(command: C, ...given: GivenOf<C>): Promise<ParallelDesign>
  run<C extends CommandName>(command: C, ...call: CallOf<C, RunOptions>): Promise<Report>
  /**
   * Takes up a run that was cut short, named by the start of its id, or the last one: what is recorded and still holds is not done
   * again, and what has effects outside and may have run is named instead of run. Of a run that has ended it gives the report.
   */
  resume(id?: string, options?: ResumeOptions): Promise<Report>
  /** Who can run the code of operations, by name: `local`, or what a plugin gives. Rejects with EXECUTOR_UNKNOWN. */
  executor(name: string): Promise<Executor>
  /** For running operations of other processes with the kinds and in the folder of this framework. */
  workbench(): Promise<Workbench>
  /** The runs that are kept. */
  runs(): Promise<PastRuns>
  /**
   * Repairs references that have one right answer; writes only when told to. Rejects with `CONFLICT`, nothing written, when a
   * file was changed from outside since it was read.
   */
  fix(options?: FixOptions): Promise<FixReport>
  /**
   * Moves a file or a folder of the project, each named by its path or a reference, with every reference to it and in it; writes
   * only when told to, and only when all that resolved goes on to do so. Rejects with `RENAME_…` for names that will not do.
   */
  rename(old: string, wanted: string, options?: RenameOptions): Promise<RenameReport>
  /** The text of a declaration file, by which names of commands, their arguments and references complete and check. */
  declarations(): Promise<string>
  /** The text of a module, or of a file by its path as people see it, as it is now. */
  read(module: Module | string): Promise<string>
  /** What the registry has been asked for and holds; begins anew when the framework comes to have other homes or aliases. */
  stats(): RegistryFigures
  /** What each plugin's taps took so far, the costliest first; empty without the option `profile`. */
  readonly profile: readonly TapTiming[]
  /** What diagnostics mean, by code: our own and those of the plugins. Pass it to `findExplanation`. */
  codes(): Promise<CodeExplanations>
  /** What plugins did wrong so far, layers that could not be opened, and modules that could not be preloaded. */
  readonly faults: readonly Diagnostic[]
  /** Ends plugins in reverse order; every later call rejects with FRAMEWORK_DISPOSED. */
  dispose(): Promise<void>
}

/** What the facade answers from. */
export interface FrameworkParts {
  readonly live: Live
  readonly readingOver: (layers: readonly Layer[]) => Reading
  readonly folder: string | null
  readonly disk: DiskFiles | null
  readonly faults: Faults
  readonly profile: Profile | undefined
  readonly host: Host
  readonly runnerOf: (reading: Reading) => Promise<Runner>
  readonly mendPartsOf: (reading: Reading) => MendParts
  /** The absolute folder of our own state; null when the project is not on a disk. */
  readonly state: string | null
  /** Where outputs of the composer are kept to be compared with. */
  readonly outputs: DurableStore
  readonly context: ContextConfig
  /** What the configuration says of the project, for the placeholders of its modules. */
  readonly project: ProjectData
  /** False when there may be a configuration that was not read. */
  readonly isConfigRead: boolean
}

/** The framework over its parts. */
export class OpenFramework implements Framework {
  readonly #parts: FrameworkParts
  #disposed = false

  constructor(parts: FrameworkParts) {
    this.#parts = parts
  }

  get #open(): FrameworkParts {
    if (this.#disposed)
      fail('FRAMEWORK_DISPOSED', 'The framework was disposed.', 'Make a new one with createFramework().')
    return this.#parts
  }

  get #reading(): Reading {
    return this.#open.live.reading
  }

  get #runner(): Promise<Runner> {
    return this.#open.runnerOf(this.#reading)
  }

  get profile(): readonly TapTiming[] {
    return this.#parts.profile?.timings ?? []
  }

  get faults(): readonly Diagnostic[] {
    return this.#parts.faults.all
  }

  async load(reference: string, from?: string): Promise<Module> {
    return this.#reading.library.load(reference, from === undefined ? undefined : this.#spot(from))
  }

  async loadAll(references: readonly string[]): Promise<Composition> {
    const { library } = this.#reading
    const settled = await Promise.allSettled(references.map((reference) => library.load(reference)))
    const asked = new Map<string, Module>()
    const diagnostics: Diagnostic[] = []
    for (const result of settled) {
      if (result.status === 'fulfilled') asked.set(result.value.id, result.value)
      else diagnostics.push(toDiagnostic(result.reason))
    }
    const modules = [...asked.values()]
    const closure = await library.closure(modules)
    return compose(modules, closure.linked, [...diagnostics, ...closure.diagnostics, ...this.faults])
  }

  async context(references: readonly string[], request: ContextRequest = {}): Promise<Context> {
    const { outputs, context } = this.#open
    const [{ composeContext }, { keptFor }] = await Promise.all([
      import('./compose/context.ts'),
      import('./compose/kept.ts'),
    ])
    const { previous, ...options } = request
    const kept = previous === true ? keptFor(outputs, references, options.for ?? context.for) : undefined
    const earlier = previous === true ? await kept!.read() : previous
    const composed = await composeContext({ ...this.#reading, fill: await this.#filler() }, references, {
      config: context,
      options: { ...options, ...(earlier !== undefined && { previous: earlier }) },
    })
    await kept?.write(composed.text)
    return composed
  }

  async #filler(): Promise<(text: string) => string> {
    const { createFiller } = await import('./plugin/configured.ts')
    return createFiller(this.#reading.layers[0]!, this.#open.project)
  }

  async view(id: string): Promise<ModuleView> {
    return findModule(this.#reading.library, this.#spot(id))
  }

  async trace(id: string): Promise<readonly PipelineStep[]> {
    const { library, trace } = this.#reading
    const spot = this.#spot(id)
    await findModule(library, spot)
    return trace(spot)
  }

  resolve(reference: string, from?: string): Resolved {
    const found = this.#reading.resolve(reference, from) ?? notAReference(reference)
    return asResolved(reference, from, found)
  }

  why(reference: string, from?: string): Explained {
    return asExplained(reference, from, this.#reading.resolve(reference, from) ?? notAReference(reference))
  }

  async explain(reference: string, from?: string): Promise<ExplainedInPlace> {
    const { library, layers } = this.#reading
    const asking = {
      reference,
      from: from === undefined ? undefined : this.#spot(from),
      layers,
      failuresIn: this.#parts.faults.inHook,
    }
    const explanation = await explain(library, asking)
    if (!explanation) return notAReference(reference)
    const { resolution, ...more } = explanation
    return { ...asExplained(reference, from, resolution), ...more }
  }

  stats(): RegistryFigures {
    return this.#reading.figures
  }

  async check(options: CheckOptions = {}): Promise<CheckReport> {
    const { folder, disk, project, isConfigRead } = this.#open
    const hardLinks = disk?.hardLinks ?? new Set<string>()
    return checkReading(this.#reading, {
      ...options,
      root: folder ?? '',
      hardLinks,
      project: isConfigRead ? project : undefined,
      faults: () => this.faults,
    })
  }

  async ifDeleted(paths: readonly string[]): Promise<Deletion> {
    return findDeletion(this.#reading, paths, this.#parts.readingOver)
  }

  async who(path: string, options: { readonly deep?: boolean } = {}): Promise<Referrers> {
    return findWho(this.#reading, path, options)
  }

  async graph(): Promise<Graph> {
    return this.#reading.catalogue.graph()
  }

  async refresh(paths?: readonly string[]): Promise<Change> {
    return this.#open.live.refresh(paths && new Set(paths.map((path) => this.#spot(path).path)))
  }

  watch(listener: (change: Change) => void, options?: WatchOptions): Promise<Watching> {
    return this.#open.live.watch(listener, options)
  }

  steady<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#open.live.steady(work)
  }

  async list(kind: ListKind): Promise<readonly Listed[]> {
    const { library, layers } = this.#reading
    if (kind === 'plugins')
      return this.#parts.host.plugins.map(({ name, description = '' }) => ({
        name,
        kind: 'plugin',
        plugin: name,
        description,
      }))
    if (kind === 'operations') return (await (await this.#runner).operations()).map(asListed)
    const { linked } = await library.loadEvery(layers)
    return linked
      .map(({ module }) => module)
      .filter((module) => (kind === 'commands' ? module.kind === 'command' : module.kind !== 'document'))
      .map(({ name, kind, id, description, title }) => ({
        name,
        kind,
        path: id,
        description: description || (title ?? ''),
      }))
  }

  async command(name: string): Promise<CommandHelp> {
    return (await this.#runner).command(name)
  }

  async plan(command: string, ...[given]: readonly unknown[]): Promise<ParallelDesign> {
    return (await this.#runner).plan(command, asGiven(given as Given))
  }

  async run(command: string, ...[given, options]: readonly unknown[]): Promise<Report> {
    return (await this.#runner).run(command, asGiven(given as Given), options ?? {})
  }

  async resume(id?: string, options: ResumeOptions = {}): Promise<Report> {
    return (await this.#runner).resume(id, options)
  }

  async runs(): Promise<PastRuns> {
    const { state } = this.#open
    const { createPastRuns } = await import('./run/past-runs.ts')
    return createPastRuns(state, async () => (await this.#runner).lanes())
  }

  async executor(name: string): Promise<Executor> {
    return (await this.#runner).executor(name)
  }

  async workbench(): Promise<Workbench> {
    return (await this.#runner).workbench()
  }

  async codes(): Promise<CodeExplanations> {
    const { plugins } = this.#open.host
    const own = plugins.map(({ codes = {} }) => (typeof codes === 'function' ? codes() : codes))
    return Object.assign({}, ...(await Promise.all([readCodes(), ...own]))) as CodeExplanations
  }

  async fix(options: FixOptions = {}): Promise<FixReport> {
    const { fix } = await import('./mend/fix.ts')
    return this.#mended(await fix(this.#open.mendPartsOf(this.#reading), options))
  }

  async rename(old: string, wanted: string, options: RenameOptions = {}): Promise<RenameReport> {
    const { rename } = await import('./mend/rename.ts')
    return this.#mended(await rename(this.#open.mendPartsOf(this.#reading), { old, wanted }, options))
  }

  async #mended<T extends { readonly written: boolean }>(report: T): Promise<T> {
    if (report.written) await this.#open.live.refresh()
    return report
  }

  async declarations(): Promise<string> {
    const { layers, library } = this.#reading
    const { everyCommand } = await import('./plugin/commands.ts')
    return declareModules({ layers, commands: await everyCommand(layers, library) })
  }

  async read(module: Module | string): Promise<string> {
    const id = typeof module === 'string' ? module : module.id
    const { layer, path } = spotAt(this.#reading.layers, id)
    const text = decodeText(await layer.files.read(path), id)
    if (!text.ok) throw new HeddleError(text.diagnostic)
    return text.value
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    try {
      await this.#parts.host.dispose()
    } finally {
      await this.#parts.live.close()
    }
  }

  #spot(path: string): Spot {
    return spotAt(this.#reading.layers, path)
  }
}

function asListed({ kind, plugin, description }: ListedOperation): Listed {
  return { name: kind, kind: 'operation', plugin, description }
}

type Given = GivenArguments | Readonly<Record<string, string>> | readonly string[] | undefined

function asGiven(given: Given = {}): GivenArguments {
  if (isWords(given)) return { positional: given }
  const { positional, named } = given as GivenArguments
  const isWhole = Array.isArray(positional) || typeof named === 'object'
  return isWhole ? given : { named: given as Readonly<Record<string, string>> }
}

function isWords(given: unknown): given is readonly string[] {
  return Array.isArray(given)
}

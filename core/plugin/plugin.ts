import type { Diagnostic } from '../base/diagnostic.ts'
import type { Schema } from '../base/schema.ts'
import type { PreparedContext } from '../compose/prepare.ts'
import type { CodeExplanations } from '../explain/explanation.ts'
import type { Graph } from '../load/graph.ts'
import type { Document } from '../module/document.ts'
import type { Draft } from '../module/draft.ts'
import type { Module } from '../module/module.ts'
import type { FoundReference, Reference } from '../module/reference.ts'
import type { Group } from '../run/group.ts'
import type { Executor } from '../run/executor.ts'
import type { OperationKind } from '../run/operation.ts'
import type { GroupReport, Report } from '../run/report.ts'
import type { RunEvent } from '../run/events.ts'
import type { Files } from '../vfs/file-system.ts'
import type { DurableStore } from '../vfs/durable.ts'
import type { Path } from '../vfs/path.ts'
import type { Collected, Collection } from './collection.ts'
import type { PluginFilter } from './filter.ts'
import type { Service } from './service.ts'

/** Options of one tap: the plugin's own name, its place among the taps, and which modules it wants at all. */
export interface TapOptions {
  readonly name: string
  /** Taps of lower stages are called first; 0 when left out. */
  readonly stage?: number
  /** Which modules this tap is called for; those that the plugin's own filter keeps away stay away. */
  readonly filter?: PluginFilter
}

/** A door for plugins: `tap` under the plugin's own name. */
export interface Door<F> {
  tap(name: string | TapOptions, contribution: F): void
}

/** A door for each key: `hooks.plan.for('tdd')`. */
export interface DoorMap<F> {
  for(key: string): Door<F>
}

/** What a finder of references is told about the framework besides the document. */
export interface ReferenceContext {
  /** Names of aliases, without `@`. */
  readonly aliases: ReadonlySet<string>
  /** True when the path, relative to the document's folder, names a file or folder that exists. */
  exists(target: string): boolean
}

/** What a dialect is told about the files round a draft. */
export interface ParseContext {
  /** True when the path, relative to the root of the draft's layer, is a file. */
  isFile(path: string): boolean
}

/** Groups by full name, and what was found while they were made. */
export interface PlannedElsewhere {
  readonly groups: readonly Group[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What a planner works from. */
export interface Planning {
  readonly command: Module
  /** The module whose key `pattern` named this pattern. */
  readonly module: Module
  /**
   * The closure of the command's references, in depth-first order, the command first. The default of each setting is what the
   * configuration says, where it says something.
   */
  readonly modules: readonly Module[]
  /** Every command there is, sorted by name; of one name that of the first layer. */
  commands(): Promise<readonly Module[]>
  /** Every module and every reference of the project's framework. */
  graph(): Promise<Graph>
  /** What references need, to be written under a budget of tokens from the texts that the run reads. */
  context(references: readonly string[]): Promise<PreparedContext>
  /** What plugins would contribute for another pattern, as if the module named that one; to take from, nothing of it runs by itself. */
  groupsOf(pattern: string): Promise<PlannedElsewhere>
  /** True when the configuration (`bash.allow`) lets text of modules run this program with these arguments. */
  mayRun(words: readonly string[]): boolean
  /** Arguments by name, as declared by the command's module. */
  readonly arguments: Readonly<Record<string, string>>
  /** The project as the run will see it; for looking, not for writing. */
  readonly files: Files
  /** Absolute folder of the project on the machine; null when it is not on a disk. */
  readonly folder: string | null
  /** The text of a module of the closure, its placeholders filled; for a context, never to be taken as anything but text. */
  textOf(module: Module): Promise<string>
  /** The text with its placeholders (`[PROJECT_CONFIG: a.b | DEFAULT: x]`) filled by what the project says, as far as it says it. */
  fill(text: string): string
  report(diagnostic: Diagnostic): void
}

/** A question that a plugin may answer with a path of the project, on a rung of its own. */
export interface ResolveRequest {
  readonly reference: Pick<Reference, 'target' | 'form' | 'fragment'>
  readonly from: Path | null
}

/** Everywhere a plugin can add something. Each door says what it collects and in which order. */
export interface Hooks {
  /** Series: references of forms that a dialect knows. */
  readonly references: Door<
    (document: Document, context: ReferenceContext) => Iterable<FoundReference> | void
  >
  /** Series, first answer wins: a path of the project for a reference. */
  readonly resolve: Door<(request: ResolveRequest) => string | undefined>
  /** Series, first answer wins: the text of a virtual module. */
  readonly load: Door<(path: Path) => string | undefined>
  /** Waterfall: each dialect adds what it knows to the draft. */
  readonly parse: Door<(draft: Draft, context: ParseContext) => Draft>
  /** Settled: findings about one draft. */
  readonly validate: Door<(draft: Draft) => readonly Diagnostic[] | void>
  /** Observers. */
  readonly registered: Door<(module: Module) => void>
  readonly invalidated: Door<(path: Path) => void>
  /** Settled parallel, collected in declared order: the groups that implement a pattern. */
  readonly plan: DoorMap<(planning: Planning) => readonly Group[] | Promise<readonly Group[]>>
  /** First answer wins: a kind of operation of one's own. */
  readonly operation: DoorMap<() => OperationKind>
  /** First answer wins: who runs the code of operations, chosen by its name. */
  readonly executor: DoorMap<() => Executor>
  /** Observers of a run. */
  readonly event: Door<(event: RunEvent) => void>
  /** Waterfall, awaited: the groups as the report will show them. */
  readonly synthesise: Door<
    (groups: readonly GroupReport[]) => readonly GroupReport[] | Promise<readonly GroupReport[]>
  >
  /** Observers of the finished report. */
  readonly report: Door<(report: Report) => void>
}

/** What a plugin is given besides the hooks. */
export interface PluginContext<O> {
  /** The options, checked and with defaults; loads zod when first called. */
  options(): Promise<O>
  /** Durable texts of this plugin, below `.heddle/state/`; in memory where the project is not on a disk. */
  readonly store: DurableStore
  /** Gives something to other plugins by a key of `defineService`; only inside `apply`. */
  provide<T>(service: Service<T>, value: T): void
  /** What another plugin provided; throws SERVICE_MISSING where none before this one did: name it in `dependsOn`. */
  use<T>(service: Service<T>): T
  /** True when it is provided. */
  has(service: Service<unknown>): boolean
  /** Adds to a collection of `defineCollection`; only inside `apply`. */
  contribute<T extends object, I>(
    collection: Collection<T, I>,
    give: (input: I) => Partial<T> | undefined | Promise<Partial<T> | undefined>,
  ): void
  /** Asks all plugins for their contributions at once and merges them in declared order. Never rejects once `apply` has ended. */
  collect<T extends object, I>(collection: Collection<T, I>, input: I): Promise<Collected<T>>
}

/** A plugin: a name, a schema of options, and a function that taps hooks. */
export interface Plugin<O = never> {
  /** Lower-case words joined by hyphens; unique in a framework. */
  readonly name: string
  readonly version?: string
  /** The versions of Heddle that it is written for, as npm writes ranges: `^1.2.0`. */
  readonly apiRange?: string
  readonly description?: string
  /**
   * Names of plugins that must come before or after this one, when they are there. One that is not there is told, for it may be a
   * slip; `name?` says that it may be missing.
   */
  readonly after?: readonly string[]
  readonly before?: readonly string[]
  /** Names of plugins without which this one cannot work. */
  readonly dependsOn?: readonly string[]
  /** Which modules it wants to see at all; it is not called for others. */
  readonly filter?: PluginFilter
  readonly options?: Schema<O>
  /** What its diagnostics mean, by code, or a function that loads it: `heddle explain` prints it. */
  readonly codes?: CodeExplanations | (() => Promise<CodeExplanations>)
  /** Taps hooks, synchronously; what it returns is called when the framework is disposed, the last plugin's first. */
  apply(hooks: Hooks, context: PluginContext<O>): void | (() => void | Promise<void>)
}

/** A plugin with the options it was called with, ready for `createFramework({ plugins })`. */
export interface AppliedPlugin {
  readonly plugin: Plugin
  readonly options: unknown
}

/** Makes the function that authors export: `tdd({ threshold: 0.8 })`. Options are checked when the framework is made. */
export function definePlugin<O = Record<string, never>>(
  plugin: Plugin<O>,
): (options?: Partial<NoInfer<O>>) => AppliedPlugin {
  return (options) => ({ plugin: plugin as unknown as Plugin, options: options ?? {} })
}

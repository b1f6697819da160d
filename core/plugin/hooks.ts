import {
  AsyncParallelHook,
  AsyncSeriesWaterfallHook,
  HookMap,
  SyncBailHook,
  SyncHook,
  SyncWaterfallHook,
} from 'tapable'
import type { Clock } from '../base/clock.ts'
import { type Diagnostic, fail } from '../base/diagnostic.ts'
import type { PluginSteps } from '../load/pipeline.ts'
import type { Document } from '../module/document.ts'
import type { Draft } from '../module/draft.ts'
import type { Module } from '../module/module.ts'
import type { FoundReference } from '../module/reference.ts'
import type { RunEvent } from '../run/events.ts'
import type { Group } from '../run/group.ts'
import type { Executor } from '../run/executor.ts'
import type { OperationKind } from '../run/operation.ts'
import type { GroupReport, Report } from '../run/report.ts'
import type { Path } from '../vfs/path.ts'
import { type Faults, pluginFailed } from './faults.ts'
import type {
  Door,
  Hooks,
  ParseContext,
  Planning,
  ReferenceContext,
  ResolveRequest,
  TapOptions,
} from './plugin.ts'
import { createSettle, type Slot } from './settle.ts'

/** The hooks as the framework calls them: no call throws, a plugin that fails is named among the faults. */
export interface HookCalls {
  references(document: Document, context: ReferenceContext): FoundReference[]
  resolve(request: ResolveRequest): { readonly path: string; readonly plugin: string } | undefined
  /** True when some plugin answers references. */
  resolves(): boolean
  load(path: Path): string | undefined
  parse(draft: Draft, context: ParseContext): Draft
  validate(draft: Draft): Diagnostic[]
  /** What `parse`, `references` and `validate` do, plugin by plugin in their order. */
  steps(context: ReferenceContext & ParseContext): PluginSteps
  registered(module: Module): void
  invalidated(path: Path): void
  plan(pattern: string, planning: Planning): Promise<readonly Slot<readonly Group[]>[]>
  /** Names of the patterns that some plugin implements. */
  patterns(): readonly string[]
  /** The plugins' own kinds of operation, by kind. */
  operations(): ReadonlyMap<string, { readonly kind: OperationKind; readonly plugin: string }>
  /** The plugins' executors, by name. */
  executors(): ReadonlyMap<string, Executor>
  event(event: RunEvent): void
  /** True when some plugin hears events. */
  hears(): boolean
  synthesise(groups: readonly GroupReport[]): Promise<readonly GroupReport[]>
  report(report: Report): void
}

/** One generation of hooks: doors for each plugin until it is frozen, then only calls. */
export interface HookSet {
  readonly calls: HookCalls
  /** The doors as one plugin sees them. */
  doorsFor(plugin: string): Hooks
  freeze(): void
}

export interface HookSetOptions {
  readonly faults: Faults
  readonly clock: Clock
  /** Milliseconds that a settled collection waits for its taps. */
  readonly deadlineMs: number
}

type Collected<T> = { readonly plugin: string; readonly value: T }

/** An empty hook set. Plugins see doors, never tapable: every contribution passes the guard of its door. */
export function createHookSet({ faults, clock, deadlineMs }: HookSetOptions): HookSet {
  const settle = createSettle({ faults, clock, deadlineMs })
  let frozen = false
  const hooks = {
    references: new SyncHook<[Document, ReferenceContext, FoundReference[]]>([
      'document',
      'context',
      'found',
    ]),
    resolve: new SyncBailHook<[ResolveRequest], Collected<string> | undefined>(['request']),
    load: new SyncBailHook<[Path], string | undefined>(['path']),
    parse: new SyncWaterfallHook<[Draft, ParseContext]>(['draft', 'context']),
    validate: new SyncHook<[Draft, Diagnostic[]]>(['draft', 'found']),
    registered: new SyncHook<[Module]>(['module']),
    invalidated: new SyncHook<[Path]>(['path']),
    plan: new HookMap(() => new AsyncParallelHook<[Planning]>(['planning'])),
    operation: new HookMap(() => new SyncBailHook<[], Collected<OperationKind> | undefined>()),
    executor: new HookMap(() => new SyncBailHook<[], Collected<Executor> | undefined>()),
    event: new SyncHook<[RunEvent]>(['event']),
    synthesise: new AsyncSeriesWaterfallHook<[readonly GroupReport[]]>(['groups']),
    report: new SyncHook<[Report]>(['report']),
  }
  const patterns = new Set<string>()
  const kinds = new Set<string>()
  const executors = new Set<string>()

  /** Calls a contribution; when it throws, names the plugin and gives `otherwise`. */
  function guard<R>(plugin: string, hook: string, otherwise: R, call: () => R): R {
    try {
      return plain(call())
    } catch (thrown) {
      faults.add(pluginFailed(plugin, hook, thrown), hook)
      return otherwise
    }
  }

  function doorsFor(plugin: string): Hooks {
    /** A door that checks the name and the season, then hands the contribution to `add`. */
    function door<F>(add: (options: { name: string; stage: number }, contribution: F) => void): Door<F> {
      return {
        tap(given: string | TapOptions, contribution: F) {
          const { name, stage = 0 } = typeof given === 'string' ? { name: given } : given
          if (name !== plugin)
            fail(
              'PLUGIN_NAME',
              `The plugin "${plugin}" tapped under the name "${name}".`,
              'Tap under its own name.',
            )
          if (frozen)
            fail(
              'HOOKS_FROZEN',
              `The plugin "${plugin}" tapped after the framework was made.`,
              'Tap inside apply().',
            )
          add({ name, stage }, contribution)
        },
      }
    }

    return {
      references: door((options, find) =>
        hooks.references.tap(options, (document, context, found) =>
          guard(plugin, 'references', undefined, () => {
            for (const reference of plain(find(document, context)) ?? []) found.push({ ...reference, plugin })
          }),
        ),
      ),
      resolve: door((options, answer) =>
        hooks.resolve.tap(options, (request) => {
          const path = guard(plugin, 'resolve', undefined, () => answer(request))
          return path === undefined ? undefined : { plugin, value: path }
        }),
      ),
      load: door((options, give) =>
        hooks.load.tap(options, (path) => guard(plugin, 'load', undefined, () => give(path))),
      ),
      parse: door((options, parse) =>
        hooks.parse.tap(options, (draft, context) =>
          guard(plugin, 'parse', draft, () => parse(draft, context)),
        ),
      ),
      validate: door((options, validate) =>
        hooks.validate.tap(options, (draft, found) =>
          guard(plugin, 'validate', undefined, () => {
            for (const diagnostic of plain(validate(draft)) ?? []) found.push({ ...diagnostic, plugin })
          }),
        ),
      ),
      registered: door((options, see) =>
        hooks.registered.tap(options, (module) => guard(plugin, 'registered', undefined, () => see(module))),
      ),
      invalidated: door((options, see) =>
        hooks.invalidated.tap(options, (path) => guard(plugin, 'invalidated', undefined, () => see(path))),
      ),
      plan: {
        for(pattern) {
          return door((options, plan) => {
            patterns.add(pattern)
            // tapPromise awaits what a plain tap would let go: an async function given to tap() is not waited for.
            hooks.plan
              .for(pattern)
              .tapPromise(options, (planning) => Promise.resolve(plan(planning)) as Promise<never>)
          })
        },
      },
      operation: {
        for(kind) {
          return door((options, give) => {
            kinds.add(kind)
            hooks.operation.for(kind).tap(options, () => {
              const value = guard(plugin, 'operation', undefined, give)
              return value === undefined ? undefined : { plugin, value }
            })
          })
        },
      },
      executor: {
        for(name) {
          return door((options, give) => {
            executors.add(name)
            hooks.executor.for(name).tap(options, () => {
              const value = guard(plugin, 'executor', undefined, give)
              return value === undefined ? undefined : { plugin, value }
            })
          })
        },
      },
      event: door((options, see) =>
        hooks.event.tap(options, (event) => guard(plugin, 'event', undefined, () => see(event))),
      ),
      synthesise: door((options, shape) =>
        hooks.synthesise.tapPromise(options, async (groups) => {
          const [slot] = await settle([{ plugin, call: () => shape(groups) }], 'synthesise')
          return slot && 'value' in slot ? slot.value : groups
        }),
      ),
      report: door((options, see) =>
        hooks.report.tap(options, (report) => guard(plugin, 'report', undefined, () => see(report))),
      ),
    }
  }

  const calls: HookCalls = {
    references(document, context) {
      const found: FoundReference[] = []
      hooks.references.call(document, context, found)
      return found
    },
    resolve(request) {
      const answer = hooks.resolve.call(request)
      return answer && { path: answer.value, plugin: answer.plugin }
    },
    resolves: () => hooks.resolve.isUsed(),
    load: (path) => hooks.load.call(path),
    parse: (draft, context) => hooks.parse.call(draft, context),
    validate(draft) {
      const found: Diagnostic[] = []
      hooks.validate.call(draft, found)
      return found
    },
    steps: (context) => ({
      parse: hooks.parse.taps.map(({ name: plugin, fn }) => ({
        plugin,
        run: (draft) => (fn as (draft: Draft, context: ParseContext) => Draft)(draft, context),
      })),
      references: hooks.references.taps.map(({ name: plugin, fn }) => ({
        plugin,
        run(document) {
          const found: FoundReference[] = []
          ;(fn as (...given: [Document, ReferenceContext, FoundReference[]]) => void)(
            document,
            context,
            found,
          )
          return found
        },
      })),
      validate: hooks.validate.taps.map(({ name: plugin, fn }) => ({
        plugin,
        run(draft) {
          const found: Diagnostic[] = []
          ;(fn as (draft: Draft, found: Diagnostic[]) => void)(draft, found)
          return found
        },
      })),
    }),
    registered: (module) => hooks.registered.call(module),
    invalidated: (path) => hooks.invalidated.call(path),
    plan(pattern, planning) {
      const taps = hooks.plan.get(pattern)?.taps ?? []
      return settle(
        taps.map(({ name, fn }) => ({
          plugin: name,
          call: () => (fn as (planning: Planning) => Promise<readonly Group[]>)(planning),
        })),
        `plan.${pattern}`,
      )
    },
    patterns: () => [...patterns].toSorted(),
    operations() {
      const found = new Map<string, { kind: OperationKind; plugin: string }>()
      for (const kind of [...kinds].toSorted()) {
        const answer = hooks.operation.get(kind)?.call()
        if (answer) found.set(kind, { kind: answer.value, plugin: answer.plugin })
      }
      return found
    },
    executors() {
      const found = new Map<string, Executor>()
      for (const name of [...executors].toSorted()) {
        const answer = hooks.executor.get(name)?.call()
        if (answer) found.set(name, answer.value)
      }
      return found
    },
    event: (event) => hooks.event.call(event),
    hears: () => hooks.event.isUsed(),
    synthesise: (groups) => hooks.synthesise.promise(groups),
    report: (report) => hooks.report.call(report),
  }

  return {
    calls,
    doorsFor,
    freeze() {
      frozen = true
    },
  }
}

/** What a synchronous hook gave; a promise is refused, and its rejection does not go unhandled. */
function plain<T>(value: T): T {
  if (!(value instanceof Promise)) return value
  value.catch(() => {})
  throw new TypeError('it gave a promise, and this hook is synchronous')
}

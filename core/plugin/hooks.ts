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
import { deepFreeze } from '../base/freeze.ts'
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
import type { Faults } from './faults.ts'
import { both, compileFilter, type Wants } from './filter.ts'
import { createGuard, type Guard, plain, type Tap } from './guard.ts'
import type {
  Door,
  Hooks,
  ParseContext,
  Planning,
  ReferenceContext,
  ResolveRequest,
  TapOptions,
} from './plugin.ts'
import type { Profile } from './profile.ts'
import { createSettle, type Settle, type Slot } from './settle.ts'
import {
  asDraft,
  asExecutor,
  asFindings,
  asGroupReports,
  asGroups,
  asKind,
  asReferences,
  asText,
} from './shapes.ts'

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
  /** Runs contributions of plugins at once, each within the deadline. */
  readonly settle: Settle
  readonly guard: Guard
  readonly isFrozen: boolean
  /** The doors as one plugin sees them. */
  doorsFor(plugin: string, wanted: Wants | undefined): PluginDoors
  freeze(): void
}

/** The doors of one plugin. What it taps counts when all of it is taken in: one that fails half-way leaves nothing behind. */
export interface PluginDoors {
  readonly hooks: Hooks
  /** Closes the doors, and takes in what was tapped. */
  take(): void
  /** Closes the doors, and forgets what was tapped. */
  drop(): void
}

export interface HookSetOptions {
  readonly faults: Faults
  readonly clock: Clock
  /** Milliseconds that a settled collection waits for its taps. */
  readonly deadlineMs: number
  readonly profile?: Profile | undefined
}

type Collected<T> = { readonly plugin: string; readonly value: T }

/** How a contribution is entered. */
interface Entry {
  readonly options: { readonly name: string; readonly stage: number }
  readonly wants: Wants | undefined
}

/** An empty hook set. Plugins see doors, never tapable: every contribution passes the guard of its door. */
export function createHookSet({ faults, clock, deadlineMs, profile }: HookSetOptions): HookSet {
  const settle = createSettle({ faults, clock, deadlineMs, profile })
  const guard = createGuard({ faults, clock, deadlineMs, profile })
  let kindsGiven: ReturnType<HookCalls['operations']> | undefined
  let isFrozen = false
  /** The kind that the dialects gave the document that is being read. */
  let parsed: Draft | undefined
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
    plan: new HookMap(() => new AsyncParallelHook<[Planning], { wants: Wants | undefined }>(['planning'])),
    operation: new HookMap(() => new SyncBailHook<[], Collected<OperationKind> | undefined>()),
    executor: new HookMap(() => new SyncBailHook<[], Collected<Executor> | undefined>()),
    event: new SyncHook<[RunEvent]>(['event']),
    synthesise: new AsyncSeriesWaterfallHook<[readonly GroupReport[]]>(['groups']),
    report: new SyncHook<[Report]>(['report']),
  }
  const patterns = new Set<string>()
  const kinds = new Set<string>()
  const executors = new Set<string>()

  /** True where the plugin does not want to see it. */
  function skips({ plugin, hook }: Tap, wants: Wants | undefined, ...subject: Parameters<Wants>): boolean {
    if (wants === undefined || wants(...subject)) return false
    profile?.skip(plugin, hook)
    return true
  }

  function doorsFor(plugin: string, wanted: Wants | undefined): PluginDoors {
    const entered: (() => void)[] = []
    let isOpen = true

    /** A door that checks the name and the season, then hands the contribution to `add`. */
    function door<F>(hook: string, add: (entry: Entry, contribution: F, tap: Tap) => void): Door<F> {
      return {
        tap(given: string | TapOptions, contribution: F) {
          const { name, stage = 0, filter } = typeof given === 'string' ? { name: given } : given
          if (name !== plugin) refuseName(plugin, name)
          if (!isOpen) refuseLate(plugin)
          if (typeof contribution !== 'function') refuseContribution(plugin, hook)
          const entry = { options: { name, stage }, wants: both(wanted, compileFilter(plugin, filter)) }
          entered.push(() => add(entry, contribution, { plugin, hook }))
        },
      }
    }

    const doors: Hooks = {
      references: door('references', ({ options, wants }, find, tap) =>
        hooks.references.tap(options, (document, context, found) => {
          const kind = parsed?.document === document ? parsed.kind : undefined
          if (skips(tap, wants, document.label, document.path, kind)) return
          guard(tap, undefined, () => {
            for (const reference of asReferences(plain(find(document, context)), document))
              found.push({ ...reference, plugin })
          })
        }),
      ),
      resolve: door('resolve', ({ options, wants }, answer, tap) =>
        hooks.resolve.tap(options, (request) => {
          if (request.from !== null && skips(tap, wants, request.from, request.from)) return undefined
          const path = guard(tap, undefined, () => asText(plain(answer(request))))
          return path === undefined ? undefined : { plugin, value: path }
        }),
      ),
      load: door('load', ({ options, wants }, give, tap) =>
        hooks.load.tap(options, (path) =>
          skips(tap, wants, path, path) ? undefined : guard(tap, undefined, () => asText(plain(give(path)))),
        ),
      ),
      parse: door('parse', ({ options, wants }, parse, tap) =>
        hooks.parse.tap(options, (draft, context) =>
          skips(tap, wants, draft.document.label, draft.document.path, draft.kind)
            ? draft
            : guard(tap, draft, () => Object.freeze(asDraft(plain(parse(draft, context)), draft))),
        ),
      ),
      validate: door('validate', ({ options, wants }, validate, tap) =>
        hooks.validate.tap(options, (draft, found) => {
          if (skips(tap, wants, draft.document.label, draft.document.path, draft.kind)) return
          guard(tap, undefined, () => {
            for (const finding of asFindings(plain(validate(draft)))) found.push({ ...finding, plugin })
          })
        }),
      ),
      registered: door('registered', ({ options, wants }, see, tap) =>
        hooks.registered.tap(options, (module) => {
          if (!skips(tap, wants, module.id, module.path, module.kind))
            guard(tap, undefined, () => plain(see(module)))
        }),
      ),
      invalidated: door('invalidated', ({ options, wants }, see, tap) =>
        hooks.invalidated.tap(options, (path) => {
          if (!skips(tap, wants, path, path)) guard(tap, undefined, () => plain(see(path)))
        }),
      ),
      plan: {
        for: (pattern) =>
          door(`plan.${pattern}`, ({ options, wants }, plan) => {
            patterns.add(pattern)
            // tapPromise awaits what a plain tap would let go: an async function given to tap() is not waited for.
            hooks.plan
              .for(pattern)
              .tapPromise({ ...options, wants }, async (planning) => asGroups(await plan(planning)) as never)
          }),
      },
      operation: {
        for: (kind) =>
          door('operation', ({ options }, give, tap) => {
            kinds.add(kind)
            hooks.operation.for(kind).tap(options, () => {
              const value = guard(tap, undefined, () => asKind(plain(give()), kind))
              return value === undefined ? undefined : { plugin, value }
            })
          }),
      },
      executor: {
        for: (name) =>
          door('executor', ({ options }, give, tap) => {
            executors.add(name)
            hooks.executor.for(name).tap(options, () => {
              const value = guard(tap, undefined, () => asExecutor(plain(give())))
              return value === undefined ? undefined : { plugin, value }
            })
          }),
      },
      event: door('event', ({ options }, see, tap) =>
        hooks.event.tap(options, (event) => guard(tap, undefined, () => plain(see(event)))),
      ),
      synthesise: door('synthesise', ({ options }, shape) =>
        hooks.synthesise.tapPromise(options, async (groups) => {
          const call = async () => deepFreeze(asGroupReports(await shape(groups), groups))
          const [slot] = await settle([{ plugin, call }], 'synthesise')
          return slot && 'value' in slot ? slot.value : groups
        }),
      ),
      report: door('report', ({ options }, see, tap) =>
        hooks.report.tap(options, (report) => guard(tap, undefined, () => plain(see(report)))),
      ),
    }
    return {
      hooks: doors,
      take() {
        isOpen = false
        for (const enter of entered) enter()
      },
      drop() {
        isOpen = false
      },
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
    parse(draft, context) {
      parsed = hooks.parse.isUsed() ? hooks.parse.call(Object.freeze(draft), context) : draft
      return parsed
    },
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
    registered(module) {
      if (hooks.registered.isUsed()) hooks.registered.call(deepFreeze(module))
    },
    invalidated: (path) => hooks.invalidated.call(path),
    plan(pattern, planning) {
      const hook = `plan.${pattern}`
      const { id, path, kind } = planning.module
      const taps = (hooks.plan.get(pattern)?.taps ?? []) as unknown as readonly PlanTap[]
      const wanted = taps.filter(({ name: plugin, wants }) => !skips({ plugin, hook }, wants, id, path, kind))
      return settle(
        wanted.map(({ name: plugin, fn }) => ({ plugin, call: () => fn(forPlugin(planning)) })),
        hook,
      )
    },
    patterns: () => [...patterns].toSorted(),
    operations() {
      if (kindsGiven) return kindsGiven
      const found = new Map<string, { kind: OperationKind; plugin: string }>()
      for (const kind of [...kinds].toSorted()) {
        const answer = hooks.operation.get(kind)?.call()
        if (answer) found.set(kind, { kind: answer.value, plugin: answer.plugin })
      }
      if (isFrozen) kindsGiven = found
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
    event: (event) => hooks.event.call(Object.freeze(event)),
    hears: () => hooks.event.isUsed(),
    synthesise: async (groups) =>
      hooks.synthesise.isUsed() ? hooks.synthesise.promise(deepFreeze(groups)) : groups,
    report(report) {
      if (hooks.report.isUsed()) hooks.report.call(deepFreeze(report))
    },
  }

  return {
    calls,
    settle,
    guard,
    get isFrozen() {
      return isFrozen
    },
    doorsFor,
    freeze() {
      isFrozen = true
    },
  }
}

interface PlanTap {
  readonly name: string
  readonly wants: Wants | undefined
  fn(planning: Planning): Promise<readonly Group[]>
}

/** What each planner is given is its own, and nobody can change what others are given too. */
function forPlugin(planning: Planning): Planning {
  const { modules, report, ...rest } = planning
  return Object.freeze({
    ...rest,
    modules: deepFreeze(modules),
    arguments: deepFreeze(planning.arguments),
    report: (diagnostic: Diagnostic) => asFindings([diagnostic]).forEach(report),
  })
}

function refuseName(plugin: string, name: string): never {
  return fail(
    'PLUGIN_NAME',
    `The plugin "${plugin}" tapped under the name "${name}".`,
    'Tap under its own name.',
  )
}

function refuseLate(plugin: string): never {
  return fail(
    'HOOKS_FROZEN',
    `The plugin "${plugin}" tapped after its apply() had ended.`,
    'Tap inside apply().',
  )
}

function refuseContribution(plugin: string, hook: string): never {
  return fail(
    'PLUGIN_SHAPE',
    `The plugin "${plugin}" tapped "${hook}" with something that is no function.`,
    'Tap with a function.',
  )
}

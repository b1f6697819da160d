import type { Clock } from '../base/clock.ts'
import { type Diagnostic, fail, HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import { findNamespaceWay, type Isolation } from '../base/namespace.ts'
import type { GatherParts } from '../compose/gather.ts'
import { prepareContext } from '../compose/prepare.ts'
import type { ContextConfig } from '../compose/settings.ts'
import type { Catalogue } from '../load/catalogue.ts'
import type { Library } from '../load/library.ts'
import { isIgnoredIn } from '../vfs/ignored.ts'
import { builtinOperations } from '../operations/index.ts'
import type { Module } from '../module/module.ts'
import { labelOf, type Layer } from '../resolve/layers.ts'
import { designPlan, type ParallelDesign } from '../run/design.ts'
import type { RunEvent } from '../run/events.ts'
import type { Executor, OpenExecutor } from '../run/executor.ts'
import { type DeclaredSeverities, declaredSeverities } from '../run/gates.ts'
import {
  createRunId,
  findResumable,
  hasCommitted,
  heldBack,
  isOver,
  requireOperations,
  type RunRequest,
  targetsOf,
} from '../run/open-run.ts'
import type { Lane, OperationKind } from '../run/operation.ts'
import { oversee } from '../run/oversee.ts'
import { reportOf } from '../run/past-report.ts'
import { createPlan, type Plan } from '../run/plan.ts'
import type { RunLimits } from '../run/prune-runs.ts'
import type { Report } from '../run/report.ts'
import type { RunJournal } from '../run/run-journal.ts'
import { memoryFolder, type RunProgram } from '../run/spawn.ts'
import { createWorkbench, type Workbench } from '../run/workbench.ts'
import type { DiskFiles } from '../vfs/disk.ts'
import { createKeptAnswers } from '../vfs/first-looks.ts'
import { openWorkspace } from '../vfs/open-workspace.ts'
import { decodeText } from '../vfs/text.ts'
import { defaultLimits } from '../vfs/quota.ts'
import type { Workspace, WorkspaceLimits } from '../vfs/workspace.ts'
import { type GivenArguments, readArguments, usageOf } from './command.ts'
import { everyCommand, findCommand } from './commands.ts'
import { createExecutors } from './executors.ts'
import type { HookCalls } from './hooks.ts'
import { type ProjectData, readProjectValues, type SettingValues } from './configured.ts'
import { configureIsolation } from './isolation.ts'
import { createKeeper, type Kept, nothingKept } from './keeper.ts'
import { patternsOf, planGroups } from './planner.ts'

/** How one run differs from the defaults. */
export interface RunOptions {
  /** Aborting it ends what runs; the report says `cancelled`. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
  /** One operation at a time, in declared order. */
  readonly serial?: boolean
  /** Operations at once in every lane. */
  readonly concurrency?: number
  /**
   * What a failure does to operations that do not need it: they go on (`continue`, the default), what has not begun is skipped
   * (`no-new`), or what runs is ended as well (`kill`).
   */
  readonly onFailure?: 'continue' | 'no-new' | 'kill'
  /** Milliseconds for the whole run; what has not begun by then is skipped, what runs is ended. */
  readonly budgetMs?: number
  /** When written files reach the disk: when the run `passed` (default), `always`, or `never`. */
  readonly commit?: 'passed' | 'always' | 'never'
  /** Paths below the root that whoever watches the run writes meanwhile: no program is blamed for them. */
  readonly aside?: readonly string[]
  /** False keeps nothing of the run: it cannot be resumed, shown or compared. */
  readonly journal?: boolean
  /** Who runs the code of operations, by the name that a plugin gives it or itself; this process when left out, or `local`. */
  readonly executor?: string | Executor
  /** True takes no result from the result cache; what is made is kept there. */
  readonly fresh?: boolean
}

/** How a run that was cut short is taken up again. */
export interface ResumeOptions extends Omit<RunOptions, 'journal'> {
  /** Operations, by name or `group/name`, that run again whatever is recorded of them. */
  readonly repeat?: readonly string[]
}

export interface ListedOperation {
  readonly kind: string
  readonly plugin: string
  readonly description: string
}

/** What a command is called with. */
export interface CommandHelp {
  readonly usage: string
  readonly description: string
  readonly path: string
  readonly arguments: readonly { name: string; description: string; required: boolean; default?: string }[]
  /** Modules that it needs, directly or through others, in the order in which they are loaded. */
  readonly needs: readonly string[]
  /** Patterns whose plugins contribute groups, and groups that modules declare, by full name. */
  readonly patterns: readonly string[]
  readonly groups: readonly string[]
  /** Command lines, from the key `examples`. */
  readonly examples: readonly string[]
}

/** Plans and runs commands. */
export interface Runner {
  command(name: string): Promise<CommandHelp>
  operations(): Promise<readonly ListedOperation[]>
  /** The lane of each kind of operation. */
  lanes(): ReadonlyMap<string, Lane>
  /** The executor of that name. */
  executor(name: string): Executor
  /** For running operations of other processes here. */
  workbench(): Workbench
  plan(command: string, given: GivenArguments): Promise<ParallelDesign>
  run(command: string, given: GivenArguments, options: RunOptions): Promise<Report>
  /** Takes up the run that begins with `id`, or the last that was cut short. */
  resume(id: string | undefined, options: ResumeOptions): Promise<Report>
}

export interface RunnerParts {
  readonly library: Library
  readonly catalogue: Catalogue
  readonly layers: readonly Layer[]
  readonly calls: HookCalls
  readonly folder: string | null
  /** The project's files when they are on a disk. */
  readonly disk: DiskFiles | null
  /** The absolute folder of our own state; null when the project is not on a disk. */
  readonly state: string | null
  readonly clock: Clock
  readonly deadlineMs: number
  readonly concurrency: Readonly<Partial<Record<Lane, number>>>
  /** How many runs are kept, and how long; none when false. */
  readonly runs: RunLimits | false
  /** How much a run may hold in memory. */
  readonly workspaceLimits: Partial<WorkspaceLimits>
  readonly isolation?: Isolation | undefined
  /** The text of a module that a plugin makes up. */
  readonly virtual: GatherParts['virtual']
  readonly context: ContextConfig
  /** Stands in for the machine where programs are run. */
  readonly programs?: RunProgram | undefined
  /** What the configuration says of settings, of the project itself, and of programs that modules may run. */
  readonly settings: SettingValues
  readonly project: ProjectData
  readonly allowed: readonly string[]
}

interface Prepared {
  readonly plan: Plan
  readonly workspace: Workspace
  readonly diagnostics: readonly Diagnostic[]
  readonly complete: boolean
  readonly severities: DeclaredSeverities
}

/** A runner over the parts of a framework. */
export function createRunner(parts: RunnerParts): Runner {
  const { library, catalogue, layers, calls, folder, disk, state, clock } = parts
  const isolation = configureIsolation(parts.isolation)
  const executors = createExecutors(calls)
  const kept = createKeptAnswers(parts.workspaceLimits.cacheBytes ?? defaultLimits.cacheBytes)
  const keeper = createKeeper({ state, clock, limits: parts.runs })

  function kindOf(name: string): OperationKind | undefined {
    return isolation.kindOf(name) ?? builtinOperations.get(name) ?? calls.operations().get(name)?.kind
  }

  async function prepare(name: string, given: GivenArguments): Promise<Prepared> {
    warmUp(folder)
    const found = await findCommand(name, layers, library)
    const told: Diagnostic[] = []
    const workspace = await openWorkspace({
      files: layers[0]!.files,
      folder,
      disk,
      state,
      limits: parts.workspaceLimits,
      kept,
      ignores: isIgnoredIn(layers[0]!.files),
      tell: (diagnostic) => void told.push(diagnostic),
    })
    const planned = await planGroups(calls, {
      command: found.command,
      modules: found.modules,
      commands: () => everyCommand(layers, library),
      context: (references, fill) =>
        prepareContext({ layers, library, virtual: parts.virtual, fill }, references, parts.context),
      graph: () => catalogue.graph(),
      arguments: readArguments(found.command, given),
      files: workspace,
      folder: folder ?? (parts.programs ? memoryFolder : null),
      settings: parts.settings,
      project: await readProjectValues(layers[0]!, parts.project),
      allowed: parts.allowed,
      textOf: (module) => textOf(module, layers),
    })
    if (planned.groups.length === 0 && planned.diagnostics.length === 0 && planned.complete) {
      fail(
        'COMMAND_EMPTY',
        `The command "${name}" plans nothing: no module that it needs names a pattern or declares groups.`,
        'Add the key "pattern" or "groups" to the command or to a module that it needs.',
      )
    }
    const plan = createPlan(planned.groups)
    if (!plan.ok) throw new HeddleError(plan.diagnostic)
    return {
      plan: plan.value,
      workspace,
      diagnostics: [...told, ...found.diagnostics, ...planned.diagnostics],
      complete: planned.complete,
      severities: declaredSeverities(found.modules),
    }
  }

  return {
    async command(name) {
      const { command, modules } = await findCommand(name, layers, library)
      const { examples } = command.metadata
      return {
        usage: usageOf(command),
        description: command.description,
        path: command.id,
        arguments: command.arguments,
        needs: modules.slice(1).map(({ id }) => id),
        patterns: [...patternsOf(modules).keys()],
        groups: modules.flatMap(({ name, groups }) => groups.map((group) => `${name}/${group.name}`)),
        examples: Array.isArray(examples)
          ? (examples as unknown[]).filter((one) => typeof one === 'string')
          : [],
      }
    },

    operations: async () => [
      ...[...builtinOperations.values()].map(({ kind, description }) => ({
        kind,
        plugin: 'heddle',
        description,
      })),
      ...[...calls.operations().values()].map(({ kind, plugin }) => ({
        kind: kind.kind,
        plugin,
        description: kind.description,
      })),
    ],

    lanes() {
      const own = [...calls.operations().values()].map(({ kind }) => kind)
      return new Map([...own, ...builtinOperations.values()].map(({ kind, lane }) => [kind, lane]))
    },

    executor: executors.find,

    workbench: () => createWorkbench({ kindOf, folder, isolation: isolation.ofPrograms }),

    async plan(command, given) {
      const { plan, diagnostics, severities } = await prepare(command, given)
      const { deadlineMs } = parts
      const expectedMs = await keeper.expectations(command)
      return designPlan(plan, { command, kinds: kindOf, deadlineMs, severities, diagnostics, expectedMs })
    },

    async run(command, given, options) {
      const prepared = await prepare(command, given)
      const id = createRunId()
      const request = { command, given: wholeOf(given), commit: options.commit ?? 'passed' }
      const kept =
        options.journal === false ? nothingKept : await keeper.begin(id, request, options.fresh === true)
      return carryOut(prepared, { ...options, ...request, id, kept })
    },

    async resume(text, { repeat = [], ...options }) {
      const history = findResumable(state, text)
      requireOperations(history, repeat)
      if (isOver(history, repeat)) return reportOf(history)
      const { command, given, commit } = history.heads[0]!
      const prepared = await prepare(command, given)
      const request = { command, given, commit: options.commit ?? commit }
      if (await hasCommitted(history, prepared.workspace)) return keeper.conclude(history)
      const kept = await keeper.goOn(history, repeat, options.fresh === true)
      return carryOut(prepared, { ...options, ...request, id: history.id, kept })
    },
  }

  async function carryOut(prepared: Prepared, options: CarryOutOptions): Promise<Report> {
    const { plan, workspace, complete, severities } = prepared
    const { command, id, kept, commit } = options
    const { journal } = kept
    let committed = false
    const told: Diagnostic[] = []
    let opened: OpenExecutor | undefined
    const tell = (diagnostic: Diagnostic): void => {
      told.push(diagnostic)
      options.onEvent?.({ type: 'finding', diagnostic })
    }
    try {
      opened = await executors.open(options.executor, {
        id,
        command,
        folder,
        tell,
        ...(journal && { storeIn: kept.outputs }),
      })
      const report = await oversee(plan, {
        command,
        id,
        kinds: kindOf,
        workspace,
        folder,
        clock,
        deadlineMs: parts.deadlineMs,
        concurrency: executors.lanesFor(options, parts.concurrency),
        ...(opened && { executor: opened }),
        isolation: isolation.ofPrograms,
        programs: parts.programs,
        diagnostics: [...prepared.diagnostics, ...kept.diagnostics, ...(await isolation.findings())],
        complete,
        severities,
        ...(options.serial ? { serial: true } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.aside ? { aside: options.aside } : {}),
        ...(options.onFailure ? { onFailure: options.onFailure } : {}),
        ...(options.budgetMs === undefined ? {} : { budgetMs: options.budgetMs }),
        ...(journal ? { memory: journal, storeIn: kept.outputs, see: (event) => journal.event(event) } : {}),
        ...((options.onEvent || calls.hears()) && {
          onEvent(event: RunEvent) {
            calls.event(event)
            return options.onEvent?.(event)
          },
        }),
        async settle(report) {
          const shaped = {
            ...report,
            groups: await calls.synthesise(report.groups),
            diagnostics: [
              ...report.diagnostics,
              ...heldBack(report),
              ...told,
              ...((await opened?.close()) ?? []),
            ],
          }
          const settled = await settleFiles(workspace, shaped, { commit, journal })
          committed = settled.committed
          return settled.report
        },
        keep: async (report) => (journal ? journal.finish(report, committed) : report),
      })
      await keeper.tidy(id, kept)
      calls.report(report)
      return report
    } catch (thrown) {
      journal?.abandon()
      await opened?.close()
      throw thrown
    }
  }
}

interface CarryOutOptions extends Omit<RunOptions, 'commit'> {
  readonly command: string
  readonly id: string
  readonly commit: 'passed' | 'always' | 'never'
  readonly kept: Kept
}

/** What the first operation would wait for is loaded and found out beside the planning. */
function warmUp(folder: string | null): void {
  // Whoever needs it meets its failure.
  import('zod').catch(() => undefined)
  if (folder !== null) findNamespaceWay().catch(() => undefined)
}

/** Puts what was written on the disk, or forgets it; a conflict with an edit from outside makes the run partial. */
async function settleFiles(
  workspace: Workspace,
  report: Report,
  { commit, journal }: { commit: 'passed' | 'always' | 'never'; journal: RunJournal | undefined },
): Promise<{ report: Report; committed: boolean }> {
  const wanted = commit === 'always' || (commit === 'passed' && report.status === 'passed')
  try {
    if (wanted) await journal?.committing(report, await targetsOf(workspace))
    await (wanted ? workspace.commit() : workspace.rollback())
    return { report, committed: wanted }
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown
    const left = wanted ? await workspace.rollback().then(nothing, toDiagnostic) : undefined
    const status = report.status === 'passed' ? 'partial' : report.status
    // A conflict is told once.
    const found = left && left.code !== thrown.code ? [thrown.diagnostic, left] : [thrown.diagnostic]
    const diagnostics = [...report.diagnostics, ...found]
    return { report: { ...report, status, diagnostics }, committed: false }
  }
}

async function textOf(module: Module, layers: readonly Layer[]): Promise<string> {
  const layer = layers.find((one) => labelOf(one, module.path) === module.id)
  if (!layer)
    return fail('NOT_FOUND', `The text of "${module.id}" is nowhere.`, 'Ask for a module of the closure.')
  const text = decodeText(await layer.files.read(module.path), module.id)
  if (!text.ok) throw new HeddleError(text.diagnostic)
  return text.value
}

function nothing(): undefined {}

function wholeOf({ positional = [], named = {} }: GivenArguments): RunRequest['given'] {
  return { positional, named }
}

import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { type Diagnostic, fail, HeddleError, toDiagnostic } from '../base/diagnostic.ts'
import type { Isolation } from '../base/namespace.ts'
import type { Library } from '../load/library.ts'
import { isIgnoredIn } from '../vfs/ignored.ts'
import { builtinOperations } from '../operations/index.ts'
import type { Layer } from '../resolve/layers.ts'
import { describePlan, type ParallelDesign } from '../run/design.ts'
import type { RunEvent } from '../run/events.ts'
import { execute } from '../run/execute.ts'
import type { Lane, OperationKind } from '../run/operation.ts'
import { createPlan, type Plan } from '../run/plan.ts'
import type { Report } from '../run/report.ts'
import type { DiskFiles } from '../vfs/disk.ts'
import { openWorkspace } from '../vfs/open-workspace.ts'
import type { Workspace, WorkspaceLimits } from '../vfs/workspace.ts'
import { type GivenArguments, readArguments, usageOf } from './command.ts'
import { findCommand } from './commands.ts'
import type { HookCalls } from './hooks.ts'
import { configureIsolation } from './isolation.ts'
import { planGroups } from './planner.ts'

/** How one run differs from the defaults. */
export interface RunOptions {
  /** Aborting it ends what runs; the report says `cancelled`. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
  /** One operation at a time, in declared order. */
  readonly serial?: boolean
  /** Operations at once in every lane. */
  readonly concurrency?: number
  /** When written files reach the disk: when the run `passed` (default), `always`, or `never`. */
  readonly commit?: 'passed' | 'always' | 'never'
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
}

/** Plans and runs commands. */
export interface Runner {
  command(name: string): Promise<CommandHelp>
  operations(): Promise<readonly ListedOperation[]>
  plan(command: string, given: GivenArguments): Promise<ParallelDesign>
  run(command: string, given: GivenArguments, options: RunOptions): Promise<Report>
}

export interface RunnerParts {
  readonly library: Library
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
  /** How much a run may hold in memory. */
  readonly limits: Partial<WorkspaceLimits>
  readonly isolation?: Isolation | undefined
}

interface Prepared {
  readonly plan: Plan
  readonly workspace: Workspace
  readonly diagnostics: readonly Diagnostic[]
  readonly complete: boolean
}

const lanes: readonly Lane[] = ['io', 'process', 'network', 'agent']

/** A runner over the parts of a framework. */
export function createRunner(parts: RunnerParts): Runner {
  const { library, layers, calls, folder, disk, state, clock } = parts
  const isolation = configureIsolation(parts.isolation)

  function kindOf(name: string): OperationKind | undefined {
    return isolation.kindOf(name) ?? builtinOperations.get(name) ?? calls.operations().get(name)?.kind
  }

  async function prepare(name: string, given: GivenArguments): Promise<Prepared> {
    const found = await findCommand(name, layers, library)
    const told: Diagnostic[] = []
    const workspace = await openWorkspace({
      files: layers[0]!.files,
      folder,
      disk,
      state,
      limits: parts.limits,
      ignores: isIgnoredIn(layers[0]!.files),
      tell: (diagnostic) => void told.push(diagnostic),
    })
    const planned = await planGroups(calls, {
      command: found.command,
      modules: found.modules,
      arguments: readArguments(found.command, given),
      files: workspace,
      folder,
    })
    if (planned.groups.length === 0 && planned.diagnostics.length === 0) {
      fail(
        'COMMAND_EMPTY',
        `The command "${name}" plans nothing: no module that it needs names a pattern.`,
        'Add the key "pattern" to the command or to a module that it needs.',
      )
    }
    const plan = createPlan(planned.groups)
    if (!plan.ok) throw new HeddleError(plan.diagnostic)
    return {
      plan: plan.value,
      workspace,
      diagnostics: [...told, ...found.diagnostics, ...planned.diagnostics],
      complete: planned.complete,
    }
  }

  return {
    async command(name) {
      const { command } = await findCommand(name, layers, library)
      return {
        usage: usageOf(command),
        description: command.description,
        path: command.id,
        arguments: command.arguments,
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

    async plan(command, given) {
      const { plan } = await prepare(command, given)
      return describePlan(command, plan.groups)
    },

    async run(command, given, options) {
      const { plan, workspace, diagnostics, complete } = await prepare(command, given)
      const report = await execute(plan, {
        command,
        id: randomBytes(8).toString('hex'),
        kinds: kindOf,
        workspace,
        folder,
        clock,
        deadlineMs: parts.deadlineMs,
        concurrency: options.concurrency ? sameForAll(options.concurrency) : parts.concurrency,
        isolation: isolation.ofPrograms,
        diagnostics: [...diagnostics, ...(await isolation.findings())],
        complete,
        ...(options.serial ? { serial: true } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
        onEvent(event) {
          calls.event(event)
          options.onEvent?.(event)
        },
      })
      const shaped = { ...report, groups: await calls.synthesise(report.groups) }
      const finished = await settleFiles(workspace, shaped, options.commit ?? 'passed')
      calls.report(finished)
      return finished
    },
  }
}

/** Puts what was written on the disk, or forgets it; a conflict with an edit from outside makes the run partial. */
async function settleFiles(
  workspace: Workspace,
  report: Report,
  commit: 'passed' | 'always' | 'never',
): Promise<Report> {
  const wanted = commit === 'always' || (commit === 'passed' && report.status === 'passed')
  try {
    await (wanted ? workspace.commit() : workspace.rollback())
    return report
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown
    const left = wanted ? await workspace.rollback().then(nothing, toDiagnostic) : undefined
    const status = report.status === 'passed' ? 'partial' : report.status
    // A conflict is told once.
    const found = left && left.code !== thrown.code ? [thrown.diagnostic, left] : [thrown.diagnostic]
    return { ...report, status, diagnostics: [...report.diagnostics, ...found] }
  }
}

function nothing(): undefined {}

function sameForAll(size: number): Record<Lane, number> {
  return Object.fromEntries(lanes.map((lane) => [lane, size])) as Record<Lane, number>
}

import assert from 'node:assert/strict'
import type { Clock } from '../../core/base/clock.ts'
import { builtinOperations } from '../../core/operations/index.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { type ExecuteOptions, execute, type PlantedFault } from '../../core/run/execute.ts'
import type { OpenExecutor } from '../../core/run/executor.ts'
import type { OperationKind } from '../../core/run/operation.ts'
import { createPlan } from '../../core/run/plan.ts'
import type { Report } from '../../core/run/report.ts'
import type { Files, WritableFiles } from '../../core/vfs/file-system.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { childOf, type Path, rootPath } from '../../core/vfs/path.ts'
import { createWorkspace } from '../../core/vfs/workspace.ts'
import { createVirtualClock } from 'heddle/testing'
import { modelFiles, modelOf } from './model-files.ts'
import { type RunResult, runOneByOne } from './one-by-one.ts'
import { foundIn, groupsOf, type PlanDraft } from './plan-draft.ts'
import { createRandom, hashOf } from './random.ts'
import { type ScriptPorts, scriptKinds } from './script-kind.ts'

export interface RunSettings {
  readonly concurrency: number
  /** Decides how long each step takes. */
  readonly schedule: number
  readonly serial?: boolean
  readonly plant?: PlantedFault
}

export interface Ran {
  readonly result: RunResult
  readonly report: Report
  readonly events: readonly RunEvent[]
}

/** What the plan gives one by one, on a model. */
export function expectPlan(draft: PlanDraft): Promise<RunResult> {
  const model = modelOf(draft.files)
  const ports = { pause: () => Promise.resolve(), outside: modelFiles(model) }
  return runOneByOne(draft, model, { kinds: kindsWith(ports) })
}

/** Runs the plan in memory, on a clock of its own. */
export async function runPlan(draft: PlanDraft, settings: RunSettings): Promise<Ran> {
  const clock = createVirtualClock()
  const files = memoryFiles(draft.files)
  const run = executeDraft(draft, { settings, clock, files, folder: null, longestMs: { wait: 50, other: 3 } })
  return clock.drive(run)
}

export interface RunPlace {
  readonly settings: RunSettings
  readonly clock: Clock
  readonly files: WritableFiles
  readonly folder: string | null
  /** Milliseconds that a step takes at most before it begins. */
  readonly longestMs: { readonly wait: number; readonly other: number }
  /** Who calls the operations; this process when left out. */
  readonly executor?: OpenExecutor
}

/** Runs the plan and commits what it wrote. */
export async function executeDraft(draft: PlanDraft, place: RunPlace): Promise<Ran> {
  const { settings, clock, files, folder, longestMs, executor } = place
  const plan = createPlan(groupsOf(draft))
  assert.ok(plan.ok)
  const workspace = createWorkspace(files, { now: () => 0, ...(folder !== null && { folder }) })
  const events: RunEvent[] = []
  const kinds = kindsWith({
    outside: files,
    pause(step, at) {
      const random = createRandom(hashOf(`${settings.schedule} ${at}`))
      const ms = random.upTo(step.type === 'wait' ? longestMs.wait : longestMs.other)
      return new Promise((resolve) => clock.after(ms, resolve))
    },
  })
  const report = await execute(plan.value, {
    ...optionsOf(settings),
    kinds: (kind) => kinds.get(kind),
    workspace,
    folder,
    clock,
    onEvent: (event) => void events.push(event),
    ...(executor && { executor }),
  })
  const shown = await treeOf(workspace)
  await workspace.commit()
  assert.deepEqual(await treeOf(files), shown, 'what was committed is what the workspace showed')
  return { events, report, result: resultOf(report, shown) }
}

function optionsOf({ serial = false, concurrency, schedule, plant }: RunSettings) {
  return {
    command: 'property',
    id: 'property',
    serial,
    random: createRandom(schedule).next,
    concurrency: { io: concurrency, process: concurrency, network: concurrency, agent: concurrency },
    ...(plant && { plant }),
  } satisfies Partial<ExecuteOptions>
}

export function kindsWith(ports: ScriptPorts): ReadonlyMap<string, OperationKind> {
  return new Map([...builtinOperations, ...scriptKinds(ports).map((kind) => [kind.kind, kind] as const)])
}

/** Everything in a report but times, tries and the identity of the run. */
function resultOf({ status, groups, gates, diagnostics }: Report, files: RunResult['files']): RunResult {
  const result: RunResult = {
    status,
    groups: groups.map(({ name, operations, synthesis }) => ({
      name,
      operations: operations.map(foundIn),
      synthesis,
    })),
    gates: gates.map(({ name, status }) => ({ name, status })),
    findings: diagnostics
      .filter(({ code, severity }) => code === 'seen' || severity === 'error')
      .map(({ message }) => message),
    files,
  }
  return JSON.parse(JSON.stringify(result)) as RunResult
}

/** Everything below: path to bytes as Latin-1, or to null for a folder. */
export async function treeOf(files: Files): Promise<RunResult['files']> {
  const found: [string, string | null][] = []
  const visit = async (folder: Path): Promise<void> => {
    for (const { name, type } of (await files.list(folder)) ?? []) {
      const path = childOf(folder, name)
      const isFolder = type === 'directory'
      found.push([path, isFolder ? null : Buffer.from(await files.read(path)).toString('latin1')])
      if (isFolder) await visit(path)
    }
  }
  await visit(rootPath)
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

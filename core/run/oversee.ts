import type { Diagnostic } from '../base/diagnostic.ts'
import { createDelivery } from './delivery.ts'
import type { RunEvent } from './events.ts'
import { execute, type ExecuteOptions } from './execute.ts'
import { findFailures, planRecovery } from './failures.ts'
import { judgeAfter } from './gates-after.ts'
import { judgeBefore } from './gates-before.ts'
import { isConflict, judgeDuring } from './gates-during.ts'
import { type DeclaredSeverities, type Judgement, reportGates, statusWithGates } from './gates.ts'
import { createKinds } from './kinds.ts'
import type { Plan } from './plan.ts'
import { createRecord, operationKey, type RunRecord } from './record.ts'
import { refuseRun } from './refuse.ts'
import type { Report, RunFigures } from './report.ts'
import { compareResources, type MachineRoom, measureRoom } from './resources.ts'
import { openSpans, type RunSpans } from './spans.ts'
import { makeRunnable } from './task.ts'
import { createUsageMeter, type Usage } from './usage.ts'

export interface OverseeOptions extends Omit<ExecuteOptions, 'onEvent'> {
  /** Called beside the run, in order, with frozen data: what it does has no effect on the run. */
  readonly onEvent?: (event: RunEvent) => unknown
  /** Severities of the run's own gates where modules declare them; ours where they do not. */
  readonly severities?: DeclaredSeverities
  /** What is left of the machine; looked at when left out. */
  readonly room?: MachineRoom
  /** Told at once, with the run's own data: for what keeps the run. */
  readonly see?: (event: RunEvent) => void
  /** Puts the files where they belong, and gives the report with what was met there. */
  settle?(report: Report): Promise<Report>
  /** Keeps the report, and gives it with a `STATE_NOT_SAVED` when not everything could be kept. */
  keep?(report: Report): Promise<Report>
}

/**
 * Runs a plan between its gates, and reports with their verdicts, with what the run took, and with what could be done about what
 * failed. A gate before the run that is `blocking` and fails keeps it from starting.
 */
export async function oversee(plan: Plan, options: OverseeOptions): Promise<Report> {
  const spans = await openSpans()
  let finished: Report | undefined
  try {
    finished = await watchRun(plan, options, spans)
    return finished
  } finally {
    spans?.end(finished)
  }
}

async function watchRun(plan: Plan, options: OverseeOptions, spans: RunSpans | undefined): Promise<Report> {
  const meter = createUsageMeter()
  const { record, see } = createRecord()
  const delivery = options.onEvent && createDelivery(options.onEvent)
  const severities: DeclaredSeverities = options.severities ?? new Map()
  const onEvent = (event: RunEvent): void => {
    see(event)
    options.see?.(event)
    spans?.see(event)
    if (event.type === 'operation-ended') meter.sample()
    // The report is not yet what people get.
    if (event.type !== 'run-settled') delivery?.add(event)
  }
  const withGates = (report: Report, judgements: readonly Judgement[]): Report => {
    const { gates, findings } = reportGates(judgements, severities)
    for (const diagnostic of findings) delivery?.add({ type: 'finding', diagnostic })
    return {
      ...report,
      status: statusWithGates(report.status, gates),
      gates: [...report.gates, ...gates],
      diagnostics: [...report.diagnostics, ...findings],
    }
  }

  const before = await judgePlan(plan, options)
  const started = { ...options, onEvent, ...(spans && { around: spans.around }) }
  const run = isRefused(before, severities) ? refuseRun(plan, started) : await execute(plan, started)
  const during = withGates(withGates(run, before), judgeDuring(record))
  const judged = withGates(during, judgeAfter(during))
  await delivery?.flush()
  const report = {
    ...judged,
    diagnostics: [...judged.diagnostics, ...(delivery?.findings ?? [])],
    figures: figuresOf(judged, record, meter.end()),
    ...failuresOf(plan, judged, record),
  }
  const settled = options.settle ? afterSettling(await options.settle(report)) : report
  const finished = options.keep ? afterKeeping(await options.keep(settled)) : settled
  delivery?.add({ type: 'run-settled', report: finished })
  await delivery?.flush()
  return finished
}

async function judgePlan(plan: Plan, options: OverseeOptions): Promise<readonly Judgement[]> {
  const kinds = createKinds(options.kinds)
  await kinds.prepare(plan.groups.flatMap(({ operations }) => operations.map(({ kind }) => kind)))
  const groups = plan.groups.map((work) => ({
    work,
    runnables: work.operations.map((operation) => makeRunnable(operation, kinds, Infinity)),
  }))
  const lanes = groups.flatMap(({ runnables }) =>
    runnables.flatMap((each) => (each.ok ? [each.value.kind.kind.lane] : [])),
  )
  return judgeBefore({
    groups,
    diagnostics: options.diagnostics ?? [],
    complete: options.complete ?? true,
    resources: compareResources(
      lanes,
      options.concurrency ?? {},
      options.room ?? measureRoom(options.folder),
    ),
  })
}

function isRefused(before: readonly Judgement[], severities: DeclaredSeverities): boolean {
  const { gates } = reportGates(before, severities)
  return gates.some(({ status, severity }) => status === 'failed' && severity === 'blocking')
}

function figuresOf({ groups }: Report, { retried, fellBack }: RunRecord, usage: Usage): RunFigures {
  const troubled = new Set([...retried, ...fellBack])
  let all = 0
  let done = 0
  let recovered = 0
  for (const { name: group, operations } of groups) {
    for (const { name, status, error } of operations) {
      if (error?.code !== 'NOT_WANTED') all++
      if (status !== 'done') continue
      done++
      if (troubled.has(operationKey({ group, operation: name }))) recovered++
    }
  }
  return {
    ...usage,
    completionRate: all > 0 ? done / all : null,
    recoveryRate: troubled.size > 0 ? recovered / troubled.size : null,
  }
}

function failuresOf(
  plan: Plan,
  { groups }: Report,
  record: RunRecord,
): Pick<Report, 'failures' | 'recoveryStrategy'> {
  const needs = new Map(plan.groups.map((group) => [group.name, group.needs]))
  const failures = findFailures({ groups, needs, record })
  const recoveryStrategy = planRecovery(failures)
  return recoveryStrategy ? { failures, recoveryStrategy } : {}
}

/** Whether an edit from outside was met is known when the files have been put in their place. */
function afterSettling(report: Report): Report {
  const conflicts: readonly Diagnostic[] = report.diagnostics.filter(isConflict)
  const hasFailed = (name: string): boolean =>
    (name === 'during/coherence' && conflicts.length > 0) ||
    (name === 'after/verdict' && report.status !== 'passed')
  return withFailed(report, hasFailed)
}

/** What was learned is of use only when it was kept. */
function afterKeeping(report: Report): Report {
  const isLost = report.diagnostics.some(({ code }) => code === 'STATE_NOT_SAVED')
  return isLost ? withFailed(report, (name) => name === 'after/lessons') : report
}

function withFailed(report: Report, hasFailed: (name: string) => boolean): Report {
  const gates = report.gates.map((gate) =>
    gate.status === 'passed' && hasFailed(gate.name) ? { ...gate, status: 'failed' as const } : gate,
  )
  return { ...report, gates, status: statusWithGates(report.status, gates) }
}

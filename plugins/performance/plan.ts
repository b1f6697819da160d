import {
  declaredSeverity,
  defineGroup,
  type Group,
  type Operation,
  type Outcome,
  type Planning,
} from 'heddle'
import { figuresOf, measuredIn } from './figures.ts'
import { findingsOf } from './findings.ts'
import type { RecordInput } from './history.ts'
import { whyNotLocal } from './local-url.ts'
import type { PerformanceOptions } from './options.ts'
import { addressRefused, notOnDisk } from './refusals.ts'
import type { PerformanceResult } from './result.ts'
import { findSubjects, type Subject } from './subject.ts'
import { synthesise } from './synthesise.ts'

interface Settings {
  readonly runs: number
  readonly warmUps: number
  readonly budgetMs: number
  readonly limitMs: number
  readonly connections: number
  readonly seconds: number
  readonly rounds: number
  readonly tolerance: number
}

/** All that measures holds this, so that nothing that is measured runs beside anything else that is. */
const exclusive = 'measuring'

/**
 * One group: each command is timed first, then profiled and sampled in runs of their own, for a profiler makes slow what it looks at;
 * the address is put under load; then the figures are kept and compared. Gives no groups, and a report, when there is nothing to measure.
 */
export async function planPerformance(
  planning: Planning,
  options: PerformanceOptions,
): Promise<readonly Group[]> {
  const url = (planning.arguments['url'] ?? '').trim()
  const refused = url === '' ? undefined : await whyNotLocal(url)
  if (refused !== undefined) planning.report(addressRefused(url, refused))
  const found = await findSubjects(planning, options, url !== '')
  const { folder } = planning
  if (folder === null && found.length > 0) planning.report(notOnDisk())
  const subjects = folder === null ? [] : found
  const settings = settingsOf(planning)
  const address = refused === undefined && url !== '' ? url : undefined
  if (subjects.length === 0 && address === undefined) return []
  return [measurements({ planning, subjects, address, settings, root: folder ?? '' })]
}

interface Situation {
  readonly planning: Planning
  readonly subjects: readonly Subject[]
  readonly address: string | undefined
  readonly settings: Settings
  readonly root: string
}

function measurements(situation: Situation): Group {
  const { planning, subjects, address, settings, root } = situation
  const steps = [
    ...subjects.map((subject) => timeOf(subject, situation)),
    ...(address === undefined ? [] : [loadOf(address, settings)]),
  ]
  return defineGroup<PerformanceResult>({
    name: 'measurements',
    // The machine is looked at while the first command warms up.
    operations: [...steps.slice(0, 1), { kind: 'measure-machine', name: 'machine', input: { root } }],
    // A command is measured whole before the next begins: what it has in the caches stays there.
    rounds: steps.length + 1,
    expand(outcomes, round) {
      const subject = subjects[round - 1]
      const details = subject && isTimed(subject.name, outcomes) ? detailsOf(subject, situation) : []
      const next = [...details, ...steps.slice(round, round + 1)]
      return next.length > 0 ? next : recordOf(outcomes)
    },
    synthesise(outcomes, context) {
      const result = synthesise(outcomes, settings.tolerance)
      for (const finding of findingsOf(result)) context.report(finding)
      return result
    },
    gates: [
      {
        name: 'measured',
        severity: declaredSeverity([planning.module], 'measured', 'blocking'),
        check: (outcomes) => outcomes.every(({ status }) => status === 'done'),
      },
      {
        name: 'no-regression',
        severity: declaredSeverity([planning.module], 'no-regression', 'warning'),
        check: (_, result) => (result?.comparedWith ? result.regressions === 0 : undefined),
      },
    ],
  })
}

function timeOf(subject: Subject, { settings, root }: Situation): Operation {
  const { limitMs, warmUps, runs, budgetMs } = settings
  return {
    kind: 'measure-time',
    name: `${subject.name}: time`,
    exclusive,
    deadlineMs: limitMs * (warmUps + runs) + 10_000,
    input: { subject, root, limitMs, warmUps, runs, budgetMs },
  }
}

const sampledRuns = 3

function detailsOf(subject: Subject, { settings: { limitMs, runs }, root }: Situation): Operation[] {
  const common = { subject, root, limitMs }
  const sampled = Math.min(runs, sampledRuns)
  return [
    {
      kind: 'measure-profile',
      name: `${subject.name}: CPU profile`,
      exclusive,
      deadlineMs: limitMs + 60_000,
      input: common,
    },
    {
      kind: 'measure-resources',
      name: `${subject.name}: CPU, memory, descriptors, disk`,
      exclusive,
      deadlineMs: limitMs * sampled + 10_000,
      input: { ...common, runs: sampled },
    },
  ]
}

function loadOf(url: string, { connections, seconds, rounds }: Settings): Operation {
  return {
    kind: 'measure-load',
    name: url,
    exclusive,
    deadlineMs: seconds * 1000 * rounds * 3 + 30_000,
    input: { url, connections, seconds, rounds },
  }
}

function isTimed(subject: string, outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ name, status }) => name === `${subject}: time` && status === 'done')
}

/** A subject whose measurements failed is not kept: the next run would be compared with half of it. */
function recordOf(outcomes: readonly Outcome[]): Operation[] {
  if (outcomes.some(({ kind }) => kind === 'measure-record')) return []
  const whole = outcomes.filter(({ status }) => status === 'done')
  const measured = measuredIn(whole)
  const subjects = figuresOf(measured)
    .filter(({ spreads }) => spreads.size > 0)
    .map(({ subject, spreads }) => ({ name: subject, figures: Object.fromEntries(spreads) }))
  if (subjects.length === 0) return []
  const input: RecordInput = { machine: measured.machine?.name ?? 'unknown', subjects }
  return [{ kind: 'measure-record', name: 'keep and compare', input }]
}

function settingsOf(planning: Planning): Settings {
  const minutes = numberOf(planning, 'deadline-minutes', 10)
  return {
    runs: Math.max(1, Math.round(numberOf(planning, 'runs', 7))),
    warmUps: Math.round(numberOf(planning, 'warm-ups', 1)),
    budgetMs: numberOf(planning, 'seconds-per-command', 60) * 1000,
    limitMs: Math.max(1000, minutes * 60_000),
    connections: Math.min(1000, Math.max(1, Math.round(numberOf(planning, 'connections', 10)))),
    seconds: Math.min(600, Math.max(1, numberOf(planning, 'load-seconds', 3))),
    rounds: Math.min(20, Math.max(1, Math.round(numberOf(planning, 'load-rounds', 3)))),
    tolerance: numberOf(planning, 'tolerance-percent', 10) / 100,
  }
}

function numberOf({ module }: Planning, name: string, otherwise: number): number {
  const setting = module.parts.settings.find((one) => one.name === name)
  const value = Number(setting?.default ?? Number.NaN)
  return value >= 0 ? value : otherwise
}

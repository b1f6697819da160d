import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  defineGroup,
  type GateSeverity,
  type Group,
  type Operation,
  type Outcome,
  type Planning,
} from 'heddle'
import { type AgentInput, type AgentOutput, deadlineOf } from './agent.ts'
import { changedTree, noAgent, noChecks, notOnDisk, tasksMeet, tooMany, unseen } from './findings.ts'
import { findMeetings } from './meetings.ts'
import type { SwarmOptions } from './options.ts'
import { idOf, type SwarmPlace } from './place.ts'
import { type Changed, openRepository } from './repository.ts'
import type { SwarmCoordination } from './result.ts'
import { settingsOf, severityOf } from './settings.ts'
import { synthesise } from './synthesise.ts'
import { readTasks, type Task } from './tasks.ts'

/** A swarm as it is planned. */
export interface Swarm {
  readonly place: SwarmPlace
  readonly tasks: readonly Task[]
  readonly checks: readonly Check[]
  /** True goes on without what is in the way; false then puts nothing together. */
  readonly goesOn: boolean
}

interface Check {
  readonly name: string
  readonly command: string
  readonly deadlineMs: number | undefined
  readonly programFolders: readonly string[]
}

/**
 * An agent for each task at once, the project's own checks where each has worked, a trial merge of every two, then all together on a
 * branch of its own with the checks once more. Gives no groups, and a report, when something is missing.
 */
export async function planSwarm(planning: Planning, options: SwarmOptions): Promise<readonly Group[]> {
  const settings = settingsOf(planning)
  const { tasks, faults } = await readTasks((planning.arguments['tasks'] ?? '').trim(), {
    files: planning.files,
    declared: planning.command.metadata['tasks'],
    path: planning.command.path,
  })
  for (const each of faults) planning.report(each)
  if (tasks.length > settings.mostAgents) planning.report(tooMany(tasks.length, settings.mostAgents))
  if (options.agent === null) planning.report(noAgent())
  if (planning.folder === null) planning.report(notOnDisk())
  const isAsked = faults.length === 0 && tasks.length > 0 && tasks.length <= settings.mostAgents
  if (!isAsked || planning.folder === null) return []
  const opened = await openRepository(planning.folder)
  if (!opened.ok) planning.report(opened.why)
  if (!opened.ok || !mayBegin(planning, opened.changed) || !(await areApart(planning, tasks))) return []
  if (options.agent === null) return []
  const { repository } = opened
  const agent = { program: options.agent, env: options.env, minutes: options.minutes ?? settings.minutes }
  const id = idOf([repository.base, tasks, agent, settings.rules])
  const checks = await findChecks(planning, planning.folder)
  if (checks.length === 0) planning.report(noChecks())
  const swarm = { place: { id, repository }, tasks, checks, goesOn: settings.goesOn }
  return [
    prepare(swarm),
    ...tasks.flatMap((task) => [
      agentGroup(swarm, task, { ...agent, rules: settings.rules }),
      ...checkGroups(swarm, task),
    ]),
    ...(tasks.length > 1 ? [trials(swarm)] : []),
    merge(swarm),
    ...resultChecks(swarm),
    coordination(planning, swarm),
  ]
}

/** Whether what is not committed stands in the way is for the gate of the starting point to say. */
function mayBegin(planning: Planning, { tracked, untracked }: Changed): boolean {
  if (untracked.length > 0) planning.report(unseen(untracked))
  if (tracked.length === 0) return true
  const severity = severityOf(planning, 'starting-point-known', 'blocking')
  planning.report(changedTree(tracked, severity === 'blocking'))
  return severity !== 'blocking'
}

async function areApart(planning: Planning, tasks: readonly Task[]): Promise<boolean> {
  const severity = severityOf(planning, 'tasks-apart', 'warning')
  const meetings = await findMeetings(tasks, planning.files)
  for (const meeting of meetings) planning.report(tasksMeet(meeting, severity === 'blocking'))
  return meetings.length === 0 || severity !== 'blocking'
}

/** The checks that the manifests of the project name, as the plugin that knows them would run them. */
async function findChecks(planning: Planning, folder: string): Promise<readonly Check[]> {
  const { groups, diagnostics } = await planning.groupsOf('validation')
  for (const each of diagnostics) if (each.severity !== 'info') planning.report(each)
  const programFolders = programFoldersAbove(folder)
  return groups
    .flatMap(({ operations }) => operations)
    .flatMap(({ kind, name, input, deadlineMs }): Check[] => {
      const command = kind === 'bash' ? (input as { command?: string }).command : undefined
      return command === undefined ? [] : [{ name: name ?? command, command, deadlineMs, programFolders }]
    })
}

function programFoldersAbove(folder: string): readonly string[] {
  const found: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    const programs = join(at, 'node_modules', '.bin')
    if (existsSync(programs)) found.push(programs)
    if (dirname(at) === at) return found
  }
}

function prepare({ place, tasks }: Swarm): Group {
  const agents = Object.fromEntries(tasks.map(({ name, title }) => [name, title]))
  return defineGroup({
    name: 'prepare',
    operations: [{ kind: 'swarm-prepare', name: 'coordination file', input: { place, agents } }],
  })
}

function agentGroup(
  { place }: Swarm,
  { name, title, prompt }: Task,
  { rules, ...agent }: Pick<AgentInput, 'program' | 'env' | 'minutes'> & { rules: string },
): Group {
  const whole = rules === '' ? prompt : `${prompt}\n\n${rules}`
  const input: AgentInput = { place, task: { name, title, prompt: whole }, ...agent }
  return defineGroup({
    name: `agent-${name}`,
    needs: ['prepare'],
    operations: [{ kind: 'swarm-agent', name, input, deadlineMs: deadlineOf(agent.minutes) }],
  })
}

function checkGroups(swarm: Swarm, { name }: Task): readonly Group[] {
  if (swarm.checks.length === 0) return []
  const group = defineGroup({
    name: `checks-${name}`,
    needs: [`agent-${name}`],
    when: (outcomes) => outputOf(outcomes.get(`swarm/agent-${name}`))?.state === 'done',
    operations: swarm.checks.map((check) => checkOf(swarm, name, check)),
    synthesise: byVerdict,
  })
  return [group]
}

function outputOf(outcomes: readonly Outcome[] | undefined): AgentOutput | undefined {
  return outcomes?.find(({ kind }) => kind === 'swarm-agent')?.output as AgentOutput | undefined
}

function checkOf({ place }: Swarm, agent: string | null, check: Check): Operation {
  const { name, command, programFolders, deadlineMs } = check
  return {
    kind: 'swarm-check',
    name,
    input: { place, agent, command, programFolders },
    ...(deadlineMs !== undefined && { deadlineMs }),
  }
}

function byVerdict(outcomes: readonly Outcome[]): {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
} {
  const those = (isDone: boolean): string[] =>
    outcomes.filter(({ status }) => (status === 'done') === isDone).map(({ name }) => name)
  return { passed: those(true), failed: those(false) }
}

function trials({ place, tasks }: Swarm): Group {
  const pairs = tasks.flatMap(({ name }, index) =>
    tasks.slice(index + 1).map((other) => [name, other.name] as const),
  )
  return defineGroup({
    name: 'trial-merges',
    needs: tasks.map(({ name }) => `agent-${name}`),
    always: true,
    operations: pairs.map((agents) => ({
      kind: 'swarm-trial',
      name: agents.join(' + '),
      input: { place, agents },
    })),
    synthesise: (outcomes) => ({
      fit: outcomes
        .filter(({ output }) => isTried(output) && pathsOf(output).length === 0)
        .map(({ name }) => name),
      inConflict: outcomes.filter(({ output }) => pathsOf(output).length > 0).map(({ name }) => name),
    }),
  })
}

function merge({ place, tasks, checks, goesOn }: Swarm): Group {
  const agents = tasks.map(({ name }) => name)
  return defineGroup({
    name: 'merge',
    needs: [
      ...agents.map((name) => `agent-${name}`),
      ...(checks.length > 0 ? agents.map((name) => `checks-${name}`) : []),
      ...(tasks.length > 1 ? ['trial-merges'] : []),
    ],
    always: true,
    when: (outcomes) => {
      const all = [...outcomes.values()].flat()
      const isInTheWay = all.some(({ status, error }) => status !== 'done' && error?.code !== 'NOT_WANTED')
      const hasConflict = all.some(({ kind, output }) => kind === 'swarm-trial' && pathsOf(output).length > 0)
      const hasWork = all.some(
        ({ kind, output }) => kind === 'swarm-agent' && (output as AgentOutput | null)?.state === 'done',
      )
      return hasWork && (goesOn || (!isInTheWay && !hasConflict))
    },
    operations: [{ kind: 'swarm-merge', name: 'merge', input: { place, agents, goesOn } }],
  })
}

function isTried(output: unknown): boolean {
  return (output as { isTried?: boolean } | null)?.isTried === true
}

function pathsOf(output: unknown): readonly string[] {
  return (output as { paths?: readonly string[] } | null)?.paths ?? []
}

function resultChecks(swarm: Swarm): readonly Group[] {
  if (swarm.checks.length === 0) return []
  const group = defineGroup({
    name: 'result-checks',
    needs: ['merge'],
    when: (outcomes) => {
      const output = outcomes.get('swarm/merge')?.[0]?.output as { branch?: string | null } | null
      return output?.branch != null
    },
    operations: swarm.checks.map((check) => checkOf(swarm, null, check)),
    synthesise: byVerdict,
  })
  return [group]
}

function coordination(planning: Planning, swarm: Swarm): Group {
  const { place, tasks, checks } = swarm
  const agents = tasks.map(({ name }) => name)
  return defineGroup<SwarmCoordination>({
    name: 'coordination',
    needs: [
      ...agents.flatMap((name) => [`agent-${name}`, ...(checks.length > 0 ? [`checks-${name}`] : [])]),
      ...(tasks.length > 1 ? ['trial-merges'] : []),
      'merge',
      ...(checks.length > 0 ? ['result-checks'] : []),
    ],
    always: true,
    operations: [{ kind: 'swarm-end', name: 'remove worktrees', input: { place, agents } }],
    synthesise: (outcomes, context) => synthesise(swarm, context, outcomes),
    gates: gatesOf(planning),
  })
}

type Verdict = (result: SwarmCoordination, outcomes: readonly Outcome[]) => boolean | undefined

function gatesOf(planning: Planning) {
  const gate = (name: string, otherwise: GateSeverity, verdict: Verdict) => ({
    name,
    severity: severityOf(planning, name, otherwise),
    check: (outcomes: readonly Outcome[], result: SwarmCoordination | undefined) =>
      result && verdict(result, outcomes),
  })
  return [
    gate('agents-finished', 'blocking', ({ agentStates }) =>
      agentStates.every(({ state }) => state === 'done' || state === 'unchanged'),
    ),
    gate('agent-checks', 'blocking', ({ gates }) => passedOf(gates.filter(({ agent }) => agent !== null))),
    gate('no-conflicts', 'blocking', ({ conflicts, parallelMonitoringActive }) =>
      conflicts.length > 0 ? false : parallelMonitoringActive || undefined,
    ),
    gate('result-checks', 'blocking', ({ gates }) => passedOf(gates.filter(({ agent }) => agent === null))),
    gate('nothing-outside', 'warning', (_, outcomes) => {
      const changed = (outcomes[0]?.output as { changed?: readonly string[] } | null)?.changed
      return changed && changed.length === 0
    }),
  ]
}

function passedOf(gates: SwarmCoordination['gates']): boolean | undefined {
  if (gates.some(({ status }) => status === 'failed')) return false
  return gates.some(({ status }) => status === 'passed') ? true : undefined
}

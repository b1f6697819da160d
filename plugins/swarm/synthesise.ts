import type { Outcome, SynthesisContext } from 'heddle'
import type { AgentOutput } from './agent.ts'
import { nobody } from './board.ts'
import { inConflict, keptAside, leftRunning, nestedIn, sharedChanged } from './findings.ts'
import type { EndOutput } from './finish.ts'
import type { MergeOutput } from './integrate.ts'
import type { Agent, ResourceUsage, SwarmConflict, SwarmCoordination, SwarmGate } from './result.ts'
import { summaryOf } from './summary.ts'
import type { Task } from './tasks.ts'
import type { TrialOutput } from './trial.ts'

/** What a swarm is known by when it has ended. */
interface Asked {
  readonly tasks: readonly Task[]
}

type Outcomes = ReadonlyMap<string, readonly Outcome[]>

/** Puts together what came of a swarm, from what was seen of it; reports what a person must know. */
export function synthesise(
  { tasks }: Asked,
  { outcomes, report }: SynthesisContext,
  own: readonly Outcome[],
): SwarmCoordination {
  const end = own.find(({ status }) => status === 'done')?.output as EndOutput | undefined
  const agentStates = tasks.map(({ name }) => agentOf(name, outcomes, end))
  const merged = outputOf(outcomes.get('swarm/merge')) as MergeOutput | undefined
  const conflicts = conflictsOf(outcomes, merged)
  const gates = gatesOf(tasks, outcomes)
  const resourceUsage = tasks.flatMap(({ name }) => usageOf(name, outcomes))
  const isSeen = tasks.every(({ name }) => agentOutput(name, outcomes) !== undefined)
  const trials = outcomes.get('swarm/trial-merges') ?? []
  const coordinationStatus = statusOf(agentStates, gates, merged)
  const result = {
    agentStates,
    coordinationStatus,
    parallelMonitoringActive: isSeen && trials.every(({ status }) => status === 'done'),
    conflicts,
    gates,
    resourceUsage,
  }
  for (const conflict of conflicts) report(inConflict(conflict, branchesOf(conflict, agentStates)))
  for (const { name } of tasks) for (const finding of findingsOf(name, outcomes)) report(finding)
  for (const { agent, folder, why } of end?.kept ?? []) report(keptAside(agent, folder, why))
  if (end && end.changed.length > 0) report(sharedChanged(end.changed))
  return { summary: summaryOf(result, merged ?? null), ...result }
}

function outputOf(outcomes: readonly Outcome[] | undefined): unknown {
  return outcomes?.[0]?.output ?? undefined
}

function agentOutput(name: string, outcomes: Outcomes): AgentOutput | undefined {
  return outputOf(outcomes.get(`swarm/agent-${name}`)) as AgentOutput | undefined
}

function agentOf(name: string, outcomes: Outcomes, end: EndOutput | undefined): Agent {
  const [outcome] = outcomes.get(`swarm/agent-${name}`) ?? []
  const output = agentOutput(name, outcomes)
  // What was left by a run that was cut short has been put on its branch at the end.
  const { branch, commit, files } = output ?? end?.saved[name] ?? nobody
  return { name, state: output?.state ?? stateOf(outcome), branch, commit, files }
}

function stateOf(outcome: Outcome | undefined): Agent['state'] {
  if (outcome?.error?.code === 'RUN_UNCERTAIN') return 'interrupted'
  switch (outcome?.status) {
    case 'timed-out':
      return 'timed-out'
    case 'cancelled':
      return 'interrupted'
    case 'failed':
      return 'failed'
    default:
      return 'skipped'
  }
}

function conflictsOf(outcomes: Outcomes, merged: MergeOutput | undefined): readonly SwarmConflict[] {
  const pairs = (outcomes.get('swarm/trial-merges') ?? []).flatMap(({ name, output }): SwarmConflict[] => {
    const paths = (output as TrialOutput | null)?.paths ?? []
    return paths.length > 0 ? [{ agents: name.split(' + '), paths }] : []
  })
  return [...pairs, ...(merged?.conflicts ?? [])]
}

function gatesOf(tasks: readonly Task[], outcomes: Outcomes): readonly SwarmGate[] {
  const read = (agent: string | null, group: string): SwarmGate[] =>
    (outcomes.get(group) ?? []).map(({ name, status }) => ({
      agent,
      check: name,
      status:
        status === 'done' ? 'passed' : status === 'failed' || status === 'timed-out' ? 'failed' : 'skipped',
    }))
  return [
    ...tasks.flatMap(({ name }) => read(name, `swarm/checks-${name}`)),
    ...read(null, 'swarm/result-checks'),
  ]
}

function usageOf(agent: string, outcomes: Outcomes): ResourceUsage[] {
  const resources = agentOutput(agent, outcomes)?.resources
  return resources ? [{ agent, ...resources }] : []
}

function statusOf(
  agents: readonly Agent[],
  gates: readonly SwarmGate[],
  merged: MergeOutput | undefined,
): SwarmCoordination['coordinationStatus'] {
  if (agents.every(({ state }) => state === 'unchanged')) return 'nothing-to-do'
  if (!merged || merged.branch === null) return 'stopped'
  const isWhole = agents.every(({ name, state }) => state === 'unchanged' || merged.merged.includes(name))
  const isRight = gates.every(({ agent, status }) => agent !== null || status === 'passed')
  return isWhole && isRight ? 'integrated' : 'partial'
}

function branchesOf({ agents }: SwarmConflict, states: readonly Agent[]): readonly string[] {
  return states.filter(({ name }) => agents.includes(name)).map(({ branch }) => branch ?? 'no branch')
}

function findingsOf(name: string, outcomes: Outcomes) {
  const output = agentOutput(name, outcomes)
  return [
    ...(output && output.nested.length > 0 ? [nestedIn(name, output.nested)] : []),
    ...(output && output.resources.leftBehind > 0 ? [leftRunning(name, output.resources.leftBehind)] : []),
  ]
}

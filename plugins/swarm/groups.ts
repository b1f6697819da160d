import { defineGroup, type Group, type Operation, type Outcome, type Planning } from 'heddle'
import { type AgentInput, type AgentOutput, deadlineOf } from './agent.ts'
import { gatesOf } from './gates.ts'
import type { SwarmPlace } from './place.ts'
import type { SwarmCoordination } from './result.ts'
import { synthesise } from './synthesise.ts'
import type { Task } from './tasks.ts'

/** A swarm as it is planned. */
export interface Swarm {
  readonly place: SwarmPlace
  readonly tasks: readonly Task[]
  readonly checks: readonly Check[]
  /** True goes on without what is in the way; false then puts nothing together. */
  readonly goesOn: boolean
  /** How each agent is started, and what all are told. */
  readonly agent: Pick<AgentInput, 'program' | 'env' | 'minutes'> & { readonly rules: string }
}

/** A check that the project names, as a command line. */
export interface Check {
  readonly name: string
  readonly command: string
  readonly deadlineMs: number | undefined
  readonly programFolders: readonly string[]
}

/** The groups of a swarm, in serial order. */
export function groupsOf(planning: Planning, swarm: Swarm): readonly Group[] {
  return [
    prepare(swarm),
    ...swarm.tasks.flatMap((task) => [agentGroup(swarm, task), ...checkGroups(swarm, task)]),
    ...(swarm.tasks.length > 1 ? [trials(swarm)] : []),
    merge(swarm),
    ...resultChecks(swarm),
    coordination(planning, swarm),
  ]
}

function prepare({ place, tasks }: Swarm): Group {
  const agents = Object.fromEntries(tasks.map(({ name, title }) => [name, title]))
  return defineGroup({
    name: 'prepare',
    operations: [{ kind: 'swarm-prepare', name: 'coordination file', input: { place, agents } }],
  })
}

function agentGroup({ place, agent }: Swarm, { name, title, prompt }: Task): Group {
  const { rules, ...how } = agent
  const whole = rules === '' ? prompt : `${prompt}\n\n${rules}`
  const input: AgentInput = { place, task: { name, title, prompt: whole }, ...how }
  return defineGroup({
    name: `agent-${name}`,
    needs: ['prepare'],
    operations: [{ kind: 'swarm-agent', name, input, deadlineMs: deadlineOf(how.minutes) }],
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

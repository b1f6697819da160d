import { definePlugin } from 'heddle'
import { createAgentKind } from './agent.ts'
import { createBoards } from './board.ts'
import { createCheckKind } from './check.ts'
import { createCrew, letGo, tidy } from './crew.ts'
import { createEndKind } from './finish.ts'
import { createMergeKind } from './integrate.ts'
import { optionsSchema, type SwarmOptions } from './options.ts'
import { createPrepareKind } from './prepare.ts'
import { createTrialKind } from './trial.ts'

export type { SwarmOptions } from './options.ts'
export type {
  Agent,
  AgentState,
  ResourceUsage,
  SwarmConflict,
  SwarmCoordination,
  SwarmGate,
} from './result.ts'

/** Implements the pattern `swarm`: an agent for each task, each in its own git worktree, and their work put together. */
export const swarm = definePlugin<SwarmOptions>({
  name: 'swarm',
  codes: async () => (await import('./codes.ts')).codes,
  description:
    'One agent for each task in a git worktree of its own; conflicts found by trial merges, checks as gates',
  options: optionsSchema,
  apply(hooks, context) {
    const crew = createCrew(createBoards(context.store))
    const kinds = [
      createPrepareKind(crew),
      createAgentKind(crew),
      createCheckKind(crew),
      createTrialKind(crew),
      createMergeKind(crew),
      createEndKind(crew),
    ]
    for (const kind of kinds) hooks.operation.for(kind.kind).tap('swarm', () => kind)
    // However a run ends, nothing is left of its worktrees.
    hooks.synthesise.tap('swarm', async (groups) => {
      for (const place of crew.active.values()) {
        await tidy(crew, place)
        await letGo(crew, place)
      }
      return groups
    })
    hooks.plan.for('swarm').tap('swarm', async (planning) => {
      const { planSwarm } = await import('./plan.ts')
      return planSwarm(planning, await context.options())
    })
  },
})

import { definePlugin } from 'heddle'
import type { RoutingOptions } from './options.ts'

export type { RoutingOptions } from './options.ts'

export type { Alternative, Complexity, ProjectSignals, RoutingDecision } from './result.ts'
export type { RoutingDecisions } from './plan.ts'

/** Implements the pattern `routing`: the command that serves a request in plain words, without a model. */
export const routing = definePlugin<RoutingOptions>({
  name: 'routing',
  description: 'Chooses the command for a request in plain words: with reasons, alternatives and complexity',
  codes: async () => (await import('./codes.ts')).codes,
  options: (z) => z.strictObject({ prefer: z.record(z.string(), z.number().min(-10).max(10)).default({}) }),
  apply(hooks, context) {
    hooks.plan.for('routing').tap('routing', async (planning) => {
      const { planRouting } = await import('./plan.ts')
      return planRouting(planning, await context.options())
    })
  },
})

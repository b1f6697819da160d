import { definePlugin } from 'heddle'
import { refuseKind, tryKind } from './kinds.ts'
import { type ChainOptions, optionsSchema } from './options.ts'

export type { ChainOptions } from './options.ts'
export type { Reason, WorkflowResult, WorkflowStep } from './result.ts'

/** Implements the pattern `chain`: steps as a workflow, of which whatever is independent runs at once. */
export const chain = definePlugin<ChainOptions>({
  name: 'chain',
  description:
    'Steps as a workflow: what is independent runs at once, values pass from step to step, a failure keeps nothing',
  codes: async () => (await import('./codes.ts')).codes,
  options: optionsSchema,
  apply(hooks, context) {
    hooks.operation.for(tryKind.kind).tap('chain', () => tryKind)
    hooks.operation.for(refuseKind.kind).tap('chain', () => refuseKind)
    hooks.plan.for('chain').tap('chain', async (planning) => {
      const { planChain } = await import('./plan.ts')
      return planChain(planning, await context.options())
    })
  },
})

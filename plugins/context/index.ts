import { definePlugin } from 'heddle'

export type { ContextResult } from './result.ts'

/** Implements the pattern `context`: the text that a request needs, under a budget of tokens. */
export const context = definePlugin({
  name: 'context',
  codes: async () => (await import('./codes.ts')).codes,
  description: 'What references need as one text under a budget of tokens, with every cut named',
  apply(hooks) {
    hooks.plan.for('context').tap('context', async (planning) => {
      const { planContext } = await import('./plan.ts')
      return planContext(planning)
    })
  },
})

import { definePlugin } from 'heddle'

export type { CommandCost, FalseClaim, MetaResult, Repair, SharedText } from './result.ts'

/** Implements the pattern `meta`: what a framework of modules costs, repeats, forgets and claims. */
export const meta = definePlugin({
  name: 'meta',
  description:
    'The framework itself: orphans, rings, copies, token cost, false claims, and repairs ranked by what they give',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks) {
    hooks.plan.for('meta').tap('meta', async (planning) => {
      const { planMeta } = await import('./plan.ts')
      return planMeta(planning)
    })
  },
})

import { definePlugin } from 'heddle'
import { withRules } from './rank.ts'

export type { EnhanceResult, Improvement } from './result.ts'

/** Implements the pattern `enhance`: measures every source, and ranks what it and the rules of modules find in one list. */
export const enhance = definePlugin({
  name: 'enhance',
  codes: async () => (await import('./codes.ts')).codes,
  description:
    'What can be improved in a project, with every place, ranked: sizes of its own, rules from modules',
  apply(hooks) {
    hooks.plan.for('enhance').tap('enhance', async (planning) => {
      const { planEnhance } = await import('./plan.ts')
      return planEnhance(planning)
    })
    hooks.synthesise.tap('enhance', withRules)
  },
})

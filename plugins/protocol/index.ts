import { definePlugin } from 'heddle'
import { withChecks } from './decide.ts'
import { secretPlacesKind } from './secrets.ts'

export type { ReadinessResult, Reason, SecretPlace } from './result.ts'

/** Implements the pattern `protocol`: whether a project can be handed over, with every reason. */
export const protocol = definePlugin({
  name: 'protocol',
  description:
    'Go or no-go: clean tree, secrets, versions and changelog, with what the checks of the project say',
  codes: async () => (await import('./codes.ts')).codes,
  apply(hooks) {
    hooks.operation.for(secretPlacesKind.kind).tap('protocol', () => secretPlacesKind)
    hooks.synthesise.tap('protocol', withChecks)
    hooks.plan.for('protocol').tap('protocol', async (planning) => {
      const { planProtocol } = await import('./plan.ts')
      return planProtocol(planning)
    })
  },
})

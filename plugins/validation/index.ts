import { definePlugin } from 'heddle'

export type {
  Check,
  CheckStatus,
  Family,
  Recommendation,
  Summary,
  ToolFinding,
  ValidationResult,
} from './result.ts'

/** Implements the pattern `validation`: runs the project's own tests, linters, type checks and security checks at once. */
export const validation = definePlugin({
  name: 'validation',
  description: "The project's own checks in four families, found in its manifests and run at once as gates",
  apply(hooks) {
    hooks.plan.for('validation').tap('validation', async (planning) => {
      const { planValidation } = await import('./plan.ts')
      return planValidation(planning)
    })
  },
})
